import type { RetentionPolicy } from "@kalends/retention";
import type {
  CalendarProvider, Clock, Connection, ErasureLedger, JobSource, Logger, OAuthCredential, OrganizationId, OrganizationStore, ProviderId, Random, RenewRequest,
  Store, Telemetry, Vault,
} from "@kalends/model";
import type { OpenedCredential } from "./connect/open-credential.ts";
import type { RoleActions } from "./organizations/role-actions.ts";
import type { ChangeSignal } from "./notify/change-signal.ts";
import type { OpenWork } from "./open-work.ts";
import type { WorkUnit } from "./seal/work-unit.ts";
import type { WakeQueue } from "./watches/wake-queue.ts";
import type { EngineSettings } from "./settings.ts";

/** Exchanges a refresh token; throws `grant-revoked` where the grant is void. */
export type CredentialRenewal = (request: RenewRequest, connection: Connection) => Promise<OAuthCredential>;

/** Everything the engine touches comes in through here; nothing is taken from globals. */
export interface Runtime {
  clock: Clock;
  random: Random;
  logger: Logger;
  telemetry: Telemetry;
  store: Store;
  /** Where jobs are claimed: the store's own queue, or another one. */
  jobs: JobSource;
  vault: Vault;
  providers: ReadonlyMap<ProviderId, CalendarProvider>;
  /** Names this process among those that share the store. */
  holder: string;
  settings: EngineSettings;
  /** Calendars that this process is working on. */
  running: Set<string>;
  work: OpenWork;
  /** Renewals of credentials that this process has under way. */
  renewals: Map<string, Promise<OpenedCredential>>;
  /** Renews credentials of providers that cannot do it themselves. */
  renewCredential: CredentialRenewal | undefined;
  /** Wake-ups by notifications on their way into the store. */
  wakes: WakeQueue;
  /** Where providers send notifications; `null`: nothing is watched. */
  notifyAt: string | null;
  roleActions: RoleActions;
  retention: RetentionPolicy;
  /** Where requests to be forgotten are kept apart from the database. */
  ledger: ErasureLedger | undefined;
  /** Systems of the host that have to be told of every erasure. */
  externalSystems: readonly string[];
  signal: ChangeSignal;
  /** The organization for one short piece of work, in which each wrapped data key is read once. See `workUnits`. */
  unit(organizationId: OrganizationId): WorkUnit;
  /** The organization inside a transaction of the host's, with a vault whose data keys are in it too. Throws `invalid-argument`. */
  join(transaction: object, organizationId: OrganizationId): { store: OrganizationStore; vault: Vault };
}

import { KalendsError, organizationIdSchema, silentLogger, silentTelemetry } from "@kalends/model";
import { readPolicy, retentionPresets, type PresetName, type RetentionPolicy } from "@kalends/retention";
import type {
  CalendarProvider, Clock, ErasureLedger, InboundNotification, JobSource, Logger, Organization, Random, Store, Telemetry, Vault,
} from "@kalends/model";
import { createKeyCare, type KeyCare } from "./keys/key-care.ts";
import { checkKeys } from "./keys/key-check.ts";
import { createChangeSignal } from "./notify/change-signal.ts";
import { organizationEngine, type OrganizationEngine } from "./organization-engine.ts";
import { joinStore } from "./join/join-store.ts";
import { organizationTransaction, type OrganizationTransaction } from "./join/organization-transaction.ts";
import { createOpenWork } from "./open-work.ts";
import { followZoneData } from "./schedule/follow-zone-data.ts";
import { actingAs } from "./organizations/acting-as.ts";
import { defaultRoleActions, type RoleActions } from "./organizations/role-actions.ts";
import type { CredentialRenewal, Runtime } from "./runtime.ts";
import { createScheduler, type Scheduler } from "./schedule/scheduler.ts";
import { replayLedger } from "./erasure/replay-ledger.ts";
import { capContent } from "./retention/content-cap.ts";
import { sealingStore } from "./seal/sealing-store.ts";
import { workUnits } from "./seal/work-unit.ts";
import { defaultSettings, type EngineSettings } from "./settings.ts";
import { createWakeQueue } from "./watches/wake-queue.ts";
import { receiveNotification, type NotificationVerdict } from "./watches/receive-notification.ts";

export interface EngineOptions {
  store: Store;
  vault: Vault;
  providers: readonly CalendarProvider[];
  clock: Clock;
  random: Random;
  logger?: Logger;
  /** Where traces and measurements go. Default: nowhere. */
  telemetry?: Telemetry;
  /** Names this process among those that share the store. */
  holder: string;
  /**
   * Version of the host's time zone data, in Node `process.versions.tz`. When it differs from the last one, the busy spans of all calendars
   * are derived anew. Without it they follow with the daily roll.
   */
  zoneDataVersion?: string;
  settings?: Partial<EngineSettings>;
  /** Renews OAuth credentials of providers that cannot do it themselves (a CalDAV server behind your own sign-in, say). */
  renewCredential?: CredentialRenewal;
  /** Where jobs are claimed. Default: the store's own queue. */
  jobs?: JobSource;
  /**
   * Where providers send notifications, over https: the address under which `receiveNotification` is reached, without the parts that
   * `notificationPath` adds. Without it nothing is watched and changes are found by polling alone.
   */
  notifyAt?: string;
  /** What each role may do. Default: `defaultRoleActions`. */
  roleActions?: RoleActions;
  /** How long what is kept: a preset's name or a policy of your own. Default: `cronofy`, see docs/reference/retention.md. */
  retention?: PresetName | RetentionPolicy;
  /** Where requests to be forgotten are kept, apart from the database and its backups. Without one a restored backup brings people back. */
  erasureLedger?: ErasureLedger;
  /** Systems of yours that have to be told of every erasure; each is an item until it is ticked off. */
  externalSystems?: readonly string[];
}

/** The engine over one store: organizations, and the scheduler that serves all of them. */
export interface Engine {
  readonly scheduler: Scheduler;
  readonly keys: KeyCare;
  /** Makes the organization if it is not there. */
  openOrganization(id: string, name?: string): Promise<OrganizationEngine>;
  /** `null` where there is no such organization. */
  findOrganization(id: string): Promise<OrganizationEngine | null>;
  listOrganizations(): Promise<Organization[]>;
  /**
   * An organization, which must be there, inside a transaction of the host's on the store's database: what is written there is committed and rolled
   * back with it. What `transaction` is, the store says. Throws `invalid-argument`.
   */
  joined(transaction: object, organizationId: string): OrganizationTransaction;
  /**
   * Takes in what a provider sent to the address of a watch, for the organization and provider that the address names. Whatever it holds, it can
   * do no more than have a sync begin soon. It is accepted only once that is durable: what the store throws is to be answered as a
   * fault, so that the provider sends it again.
   */
  receiveNotification(address: { organizationId: string; provider: string }, notification: InboundNotification): Promise<NotificationVerdict>;
  /**
   * Stops the scheduler, lets its jobs run for up to `graceMs` more (default 10,000), and stops what callers have under way at once. What
   * was applied stays. The store may be closed after it.
   */
  close(graceMs?: number): Promise<void>;
}

const defaultGraceMs = 10_000;

/** Opens the engine. Throws `key-wrong` where the store was sealed with another key; nothing is written then. */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const { vault, clock, random, holder } = options;
  const logger = options.logger ?? silentLogger;
  await checkKeys(options.store, vault);
  const retention = policyOf(options.retention ?? "cronofy");
  const store = capContent(sealingStore(options.store, vault), retention);
  const runtime: Runtime = {
    clock,
    random,
    logger,
    telemetry: options.telemetry ?? silentTelemetry,
    store,
    jobs: options.jobs ?? store.jobSource,
    vault,
    holder,
    providers: new Map(options.providers.map((provider) => [provider.id, provider])),
    settings: { ...defaultSettings, ...options.settings },
    running: new Set(),
    work: createOpenWork(clock),
    renewals: new Map(),
    wakes: createWakeQueue(),
    notifyAt: options.notifyAt ?? null,
    renewCredential: options.renewCredential,
    roleActions: options.roleActions ?? defaultRoleActions,
    retention,
    ledger: options.erasureLedger,
    externalSystems: options.externalSystems ?? [],
    signal: createChangeSignal(() => logger.log("error", "a change listener failed")),
    unit: workUnits(options.store, vault, retention),
    join: joinStore(options.store, vault, retention),
  };
  if (options.zoneDataVersion !== undefined) await followZoneData(runtime, options.zoneDataVersion);
  await replayLedger(runtime);
  const scheduler = createScheduler(runtime);
  return {
    scheduler,
    keys: createKeyCare(runtime),
    openOrganization: async (id, name = id) => {
      if (!organizationIdSchema.safeParse(id).success) throw new KalendsError("invalid-argument", "An organization id has 1 to 128 characters");
      if ((await store.findOrganization(id)) === null) await addOrganization(store, { id, name, createdAt: clock.now() });
      const organization = store.organization(id);
      if ((await organization.jobs.dueAt("retention", id)) === null) {
        await organization.jobs.enqueue({ kind: "retention", subject: id, runAt: clock.now() + runtime.settings.retentionEveryMs });
      }
      return organizationEngine(runtime, organization, actingAs);
    },
    findOrganization: async (id) => ((await store.findOrganization(id)) === null ? null : organizationEngine(runtime, store.organization(id), actingAs)),
    receiveNotification: async (address, notification) => {
      const verdict = await runtime.work.run(undefined, () => receiveNotification(runtime, address, notification));
      // Another process may take the job; this one need not wait for its next look.
      if (verdict.kind === "accepted") scheduler.wake();
      return verdict;
    },
    listOrganizations: () => store.listOrganizations(),
    joined: (transaction, organizationId) => organizationTransaction(runtime, organizationId, transaction, () => scheduler.wake()),
    close: async (graceMs = defaultGraceMs) => {
      await Promise.all([scheduler.stop(graceMs), runtime.work.end(graceMs)]);
    },
  };
}

/** Throws `invalid-argument`. */
function policyOf(given: PresetName | RetentionPolicy): RetentionPolicy {
  if (typeof given !== "string") return readPolicy(given);
  if (Object.hasOwn(retentionPresets, given)) return retentionPresets[given];
  throw new KalendsError("invalid-argument", `There is no retention preset of that name; there are ${Object.keys(retentionPresets).join(", ")}`);
}

/** Two processes may open a new store at once: who comes second finds the work done. */
async function addOrganization(store: Store, organization: Organization): Promise<void> {
  try {
    await store.addOrganization(organization);
  } catch (thrown) {
    if (!(thrown instanceof KalendsError) || thrown.code !== "already-exists") throw thrown;
  }
}

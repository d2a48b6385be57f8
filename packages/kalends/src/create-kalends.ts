import { createEngine, type Engine, type EngineSettings, type KeyCare, type OrganizationEngine, type OrganizationTransaction } from "@kalends/core";
import { budgetedTransport, storedPauses, type CredentialRenewal, type RoleActions, type Scheduler } from "@kalends/core";
import { KalendsError, Secret, type ErasureLedger } from "@kalends/model";
import type { PresetName, RetentionPolicy } from "@kalends/retention";
import type { CalendarProvider, Clock, JobSource, KeyService, Logger, Random, Store, Telemetry, Transport, Vault } from "@kalends/model";
import type { ConnectResult } from "@kalends/core";
import { caldavProvider, dnsResolver } from "@kalends/provider-caldav";
import { feedProvider, readFeedAddress } from "@kalends/provider-feed";
import type { GoogleProviderOptions } from "@kalends/provider-google";
import { createTransport, systemDns, type DnsLookups } from "@kalends/transport";
import { createVault, localKeyring } from "@kalends/vault";
import { findKey, type KeyOptions } from "./find-key.ts";
import { isPostgresUrl, openDatabase, type PostgresOptions } from "./open-database.ts";
import { fileLedger } from "./platform/file-ledger.ts";
import { environment } from "./platform/environment.ts";
import { isDeadHolder, newHolder } from "./platform/holder.ts";
import { systemClock } from "./platform/system-clock.ts";
import { systemRandom } from "./platform/system-random.ts";
import { zoneDataVersion } from "./platform/zone-data-version.ts";

export interface KalendsOptions extends KeyOptions {
  /** Path of the SQLite file, `:memory:`, `postgres://user@host/database`, or a store of your own. Default `kalends.db`. */
  database?: string | Store;
  /** The schema and the limits, where `database` names a PostgreSQL. */
  postgres?: PostgresOptions;
  /** A key service of your own (a cloud KMS, an HSM), instead of a key. */
  keyService?: KeyService;
  /** A vault of your own, instead of a key or key service. */
  vault?: Vault;
  /** The organization that the instance itself works in. Default `default`. */
  organization?: string;
  /** Host names, or `host:port`, that may be private and may use plain http. All others must be public and https. */
  allowHosts?: readonly string[];
  /** Where a domain's CalDAV service is looked up (RFC 6764). Default: `systemDns()` of @kalends/transport, the machine's DNS servers. */
  dns?: DnsLookups;
  /** Adapters. Default: CalDAV (iCloud included), ICS feeds, and Google where `google` is given. */
  providers?: readonly CalendarProvider[];
  /** The OAuth client, or the service account, by which Google Calendars are connected. Nothing of it is stored. */
  google?: GoogleOptions;
  settings?: Partial<EngineSettings>;
  /**
   * Where providers send notifications, over https: `notifyAt` of `createServer`, or an address of yours that calls `receiveNotification`.
   * Without it changes are found by polling alone.
   */
  notifyAt?: string;
  /** What owners and members may do. Default: `defaultRoleActions`. */
  roleActions?: RoleActions;
  /** How long what is kept: `cronofy` (the default), `at-once`, `strict`, `no-content`, or a policy of your own. */
  retention?: PresetName | RetentionPolicy;
  /**
   * Where requests to be forgotten are kept, apart from the database: a path, or a ledger of your own. It must not be part of the database's
   * backups. Default: the database's path with `.erasures`; none for `:memory:`, PostgreSQL and a store of your own.
   */
  erasureLedger?: string | ErasureLedger;
  /** Systems of yours that have to be told of every erasure. */
  externalSystems?: readonly string[];
  /** Renews OAuth credentials of providers that cannot do it themselves (a CalDAV server behind your own sign-in, say). */
  renewCredential?: CredentialRenewal;
  /** Where traces and measurements go: `openTelemetry(api)`, or your own. Default: nowhere. */
  telemetry?: Telemetry;
  /** Where jobs are claimed, such as `pgBossJobSource`. Default: the store's own queue. */
  jobs?: (store: Store) => JobSource;
  /**
   * Requests in any 60 seconds, by provider (`caldav`, `feed`, `google`), shared by everything on this database. Default: no limit.
   * Providers that are passed in take a `budgetedTransport` instead.
   */
  budgets?: Readonly<Record<string, number>>;
  /**
   * Bring the database to this version's schema at start. Default `true`; with `false` an old schema throws `store-unmigrated`; `skip` does
   * not look.
   */
  autoMigrate?: boolean | "skip";
  logger?: Logger;
  clock?: Clock;
  random?: Random;
}

/** `clientId` and `clientSecret` belong together; with a service account alone there is no consent page. */
export interface GoogleOptions extends Pick<GoogleProviderOptions, "serviceAccount" | "budget" | "pageSize" | "apiRoot" | "addresses"> {
  clientId?: string;
  clientSecret?: string | Secret;
}

export interface ConnectCaldavInput {
  accountId: string;
  /** An e-mail address, a host name or a URL: the service is found from it. */
  address: string;
  /** Default: the address. */
  username?: string;
  /** iCloud, Fastmail and others want an app-specific password. */
  password: string | Secret;
  /** Name of a preset, such as `icloud` or `nextcloud` (`docs/reference/caldav-presets.md`); found from the address where it is not given. */
  preset?: string;
  signal?: AbortSignal;
}

export interface ConnectGoogleDomainInput {
  accountId: string;
  /** Address of the user whose calendars the service account opens. */
  subject: string;
  signal?: AbortSignal;
}

export interface ConnectFeedInput {
  accountId: string;
  /** `https://` or `webcal://` address of a calendar. Whoever knows it reads the calendar, so it is sealed like a password. */
  address: string | Secret;
  signal?: AbortSignal;
}

/** Your application's own calendar-sync backend. Works in one organization; `organization(id)` opens others. */
export interface Kalends extends OrganizationEngine, Pick<Engine, "findOrganization" | "receiveNotification"> {
  /** Finds the CalDAV service, proves the login, stores the credential sealed. Throws `auth-failed`, `caldav-not-found` and others. */
  connectCaldav(input: ConnectCaldavInput): Promise<ConnectResult>;
  /** Connects a read-only calendar by its ICS address. Throws `invalid-argument`, `not-calendar-data`, `auth-failed` and others. */
  connectFeed(input: ConnectFeedInput): Promise<ConnectResult>;
  /** Connects a user of a Google domain by the service account of `google`, without the user and without a stored credential. */
  connectGoogleDomain(input: ConnectGoogleDomainInput): Promise<ConnectResult>;
  organization(id: string, name?: string): Promise<OrganizationEngine>;
  /**
   * The instance's organization, or another one that is there, inside a transaction of your own on the same database: a `pg` client after BEGIN, a
   * Kysely transaction, or what `transaction` of a SQLite store hands in. Throws `invalid-argument`. See docs/how-to/join-a-transaction.md.
   */
  joined(transaction: object, organizationId?: string): OrganizationTransaction;
  /** Polls in the background until `close`. */
  start(): void;
  readonly scheduler: Scheduler;
  /** Which keys are in use, and their rotation. */
  readonly keys: KeyCare;
  /** Stops what is under way, and ends the scheduler, idle connections and the database. */
  close(): Promise<void>;
}

/** Opens Kalends with embedded defaults. Throws `key-missing`, `key-wrong`, `store-*` with a remedy. */
export async function createKalends(options: KalendsOptions = {}): Promise<Kalends> {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const database = options.database ?? "kalends.db";
  const path = typeof database === "string" && database !== ":memory:" && !isPostgresUrl(database) ? database : null;
  const keys = options.vault === undefined ? await openKeys(options, path, random) : null;
  const store = typeof database === "string" ? await openDatabase(database, clock, options.postgres) : database;
  const vault = keys === null ? (options.vault as Vault) : createVault({ keys, random, dataKeys: (id) => store.organization(id).dataKeys });
  const transport = createTransport({ clock, allowHosts: options.allowHosts ?? [] });
  try {
    const ledger = ledgerOf(options, path);
    const engine = await openEngine(options, { store, vault, clock, random, transport, ...(ledger === undefined ? {} : { ledger }) });
    const home = await engine.openOrganization(options.organization ?? "default");
    return assemble(engine, home, async () => {
      await engine.close();
      await transport.close();
      await store.close();
    });
  } catch (thrown) {
    await transport.close();
    await store.close();
    throw thrown;
  }
}

async function openKeys(options: KalendsOptions, path: string | null, random: Random): Promise<KeyService> {
  return options.keyService ?? localKeyring({ keyset: await findKey(options, path, environment()), random });
}

function ledgerOf({ erasureLedger }: KalendsOptions, path: string | null): ErasureLedger | undefined {
  if (typeof erasureLedger === "object") return erasureLedger;
  const file = erasureLedger ?? (path === null ? null : `${path}.erasures`);
  return file === null ? undefined : fileLedger(file);
}

interface Parts {
  store: Store;
  vault: Vault;
  clock: Clock;
  random: Random;
  transport: ReturnType<typeof createTransport>;
  ledger?: ErasureLedger;
}

async function openEngine(options: KalendsOptions, parts: Parts): Promise<Engine> {
  const { store, clock, random } = parts;
  if (options.autoMigrate === false) await store.migrations.check();
  else if (options.autoMigrate !== "skip") await store.migrations.run();
  for (const holder of await store.liveHolders(clock.now())) {
    if (isDeadHolder(holder)) await store.releaseHolder(holder);
  }
  const zones = zoneDataVersion();
  return createEngine({
    store,
    vault: parts.vault,
    providers: await openProviders(options, parts),
    clock,
    random,
    holder: newHolder(random),
    ...(zones === undefined ? {} : { zoneDataVersion: zones }),
    ...(options.jobs === undefined ? {} : { jobs: options.jobs(store) }),
    ...(options.telemetry === undefined ? {} : { telemetry: options.telemetry }),
    ...(options.renewCredential === undefined ? {} : { renewCredential: options.renewCredential }),
    ...(options.logger === undefined ? {} : { logger: options.logger }),
    ...(options.settings === undefined ? {} : { settings: options.settings }),
    ...(options.notifyAt === undefined ? {} : { notifyAt: options.notifyAt }),
    ...(options.retention === undefined ? {} : { retention: options.retention }),
    ...(options.externalSystems === undefined ? {} : { externalSystems: options.externalSystems }),
    ...(parts.ledger === undefined ? {} : { erasureLedger: parts.ledger }),
    ...(options.roleActions === undefined ? {} : { roleActions: options.roleActions }),
  });
}

/** Adapters that are not asked for are not loaded. */
async function openProviders(options: KalendsOptions, parts: Parts): Promise<readonly CalendarProvider[]> {
  const { providers, google } = options;
  const { clock, random } = parts;
  if (providers !== undefined) return providers;
  const always = [
    caldavProvider({ transport: withinBudget(options, parts, "caldav"), clock, random, resolver: dnsResolver(options.dns ?? systemDns()) }),
    feedProvider({ transport: withinBudget(options, parts, "feed"), clock }),
  ];
  if (google === undefined) return always;
  const { googleProvider } = await import("@kalends/provider-google");
  const { clientId, clientSecret, ...rest } = google;
  if ((clientId === undefined) !== (clientSecret === undefined)) {
    throw new KalendsError("invalid-argument", "`google.clientId` and `google.clientSecret` belong together");
  }
  const oauth = clientId === undefined || clientSecret === undefined ? {} : { oauth: { clientId, clientSecret } };
  const shared = { transport: withinBudget(options, parts, "google"), pauses: storedPauses(parts.store.settings, "google") };
  return [...always, googleProvider({ ...shared, clock, random, ...rest, ...oauth })];
}

function withinBudget({ budgets = {}, telemetry }: KalendsOptions, { store, clock, transport }: Parts, name: string): Transport {
  const perMinute = budgets[name];
  if (perMinute === undefined) return transport;
  return budgetedTransport(transport, { name, perMinute, budgets: store.budgets, clock, ...(telemetry === undefined ? {} : { telemetry }) });
}

function assemble(engine: Engine, home: OrganizationEngine, end: () => Promise<void>): Kalends {
  let closing: Promise<void> | null = null;
  return {
    ...home,
    connectCaldav: async ({ username, password, ...input }) => {
      if (typeof input.address !== "string" || input.address.trim() === "") {
        throw new KalendsError("invalid-argument", "`address` must be an e-mail address, a host name or a URL");
      }
      const secret = password instanceof Secret ? password : new Secret(password);
      return home.connect({ ...input, provider: "caldav", credential: { kind: "password", username: username ?? input.address, password: secret } });
    },
    connectFeed: async ({ address, ...input }) => {
      const secret = address instanceof Secret ? address : new Secret(String(address));
      const { origin } = readFeedAddress(secret.reveal());
      return home.connect({ ...input, provider: "feed", address: origin, credential: { kind: "password", username: "feed", password: secret } });
    },
    connectGoogleDomain: ({ subject, ...input }) => home.connect({ ...input, provider: "google", address: subject, credential: { kind: "delegated", subject } }),
    organization: (id, name) => engine.openOrganization(id, name),
    joined: (transaction, organizationId = home.organizationId) => engine.joined(transaction, organizationId),
    findOrganization: (id) => engine.findOrganization(id),
    receiveNotification: (address, notification) => engine.receiveNotification(address, notification),
    start: () => engine.scheduler.start(),
    scheduler: engine.scheduler,
    keys: engine.keys,
    close: () => (closing ??= end()),
  };
}

import { createEngine, type Engine, type OrganizationEngine } from "@kalends/core";
import { createServer, type KalendsServer, type ServerOptions, type Visitor } from "@kalends/server";
import type { CalendarProvider, Clock, Logger, Store } from "@kalends/model";
import { openSqliteStore } from "@kalends/store-sqlite";
import { fakeClock, memoryProvider, seededRandom, type FakeClock, type MemoryProvider } from "@kalends/testing";
import { createVault, generateKey, Keyset, localKeyring, parseKey } from "@kalends/vault";

export const baseUrl = "https://app.example/calendars";

/** A browser: keeps cookies as one would, and follows nothing by itself. */
export class Browser {
  readonly cookies: Map<string, string> = new Map();
  /** Every address it was sent to or called, as its history and the next site's referrer would show. */
  readonly seen: string[] = [];
  /** Who is logged in at the application in this browser. */
  session: Visitor | null;
  readonly #server: KalendsServer;

  constructor(server: KalendsServer, session: Visitor | null) {
    this.#server = server;
    this.session = session;
  }

  async get(address: string | URL, headers: Record<string, string> = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const session = this.session === null ? {} : { "x-session": JSON.stringify(this.session) };
    const response = await this.#server.handle(new Request(address, { headers: { ...(cookie === "" ? {} : { cookie }), ...session, ...headers } }));
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/Max-Age=0/.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    this.seen.push(response.headers.get("location") ?? "");
    return response;
  }
}

export interface Stage {
  server: KalendsServer;
  engine: Engine;
  organization: OrganizationEngine;
  store: Store;
  provider: MemoryProvider;
  clock: FakeClock;
  accountId: string;
  /** Every line that was logged. */
  logged: string[];
  visitor: Visitor;
  browser(session?: Visitor | null): Browser;
  close(): Promise<void>;
}

/** The handlers over a real engine and a real database; the session is a header that only the test can set. */
export async function openStage(over: Partial<ServerOptions> & { provider?: MemoryProvider; store?: Store; more?: readonly CalendarProvider[] } = {}): Promise<Stage> {
  const clock = fakeClock("2026-11-20T08:00:00Z");
  const provider = over.provider ?? memoryProvider({ now: () => clock.now() });
  const store = over.store ?? (await openSqliteStore({ path: ":memory:", clock }));
  await store.migrations.run();
  const random = seededRandom(7);
  const keys = localKeyring({ keyset: Keyset.of(parseKey(generateKey(seededRandom(1)))), random });
  const vault = createVault({ keys, random, dataKeys: (id) => store.organization(id).dataKeys });
  const logged: string[] = [];
  const logger: Logger = { log: (level, message, fields) => void logged.push(JSON.stringify([level, message, fields])) };
  const sleeping: Clock = { now: clock.now, setTimer: clock.setTimer, sleep: (ms) => clock.advance(ms) };
  const engine = await createEngine({ store, vault, providers: [provider, ...(over.more ?? [])], clock: sleeping, random, logger, holder: "test", notifyAt: `${baseUrl}/notifications` });
  const organization = await engine.openOrganization("org/1");
  const account = await organization.createAccount({});
  const server = createServer({
    engine,
    baseUrl,
    whoIsIt: (request) => JSON.parse(request.headers.get("x-session") ?? "null") as Visitor | null,
    logger,
    ...over,
  });
  const visitor = { organizationId: "org/1", accountId: account.id };
  return {
    server, engine, organization, store, provider, clock, accountId: account.id, logged, visitor,
    browser: (session = visitor) => new Browser(server, session),
    close: async () => {
      await engine.close();
      await store.close();
    },
  };
}

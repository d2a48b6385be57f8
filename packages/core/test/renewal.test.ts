import { describe, expect, test } from "vitest";
import { KalendsError, Secret, type Connection, type CredentialStore, type OAuthCredential, type OrganizationStore, type Store } from "@kalends/model";
import { memoryProvider, type MemoryProvider } from "@kalends/testing";
import { openSqliteStore } from "@kalends/store-sqlite";
import { openTestEngine, type TestEngine } from "./open-test-engine.ts";
import { sampleObject } from "./sample-object.ts";

/** A sign-in service as strict as RFC 9700 section 4.14.2 allows: a refresh token that comes a second time ends the whole grant. */
class SignIn {
  exchanges = 0;
  revoked = false;
  /** Accepts the token before the newest one once more, as services with a grace window do. */
  grace = false;
  #newest = 1;
  #faults: KalendsError[] = [];

  failNext(...errors: KalendsError[]): void {
    this.#faults.push(...errors);
  }

  token(number: number): OAuthCredential {
    const [accessToken, refreshToken] = [new Secret(`access-${number}`), new Secret(`refresh-${number}`)];
    return { kind: "oauth", accessToken, refreshToken, expiresAt: null, scopes: [] };
  }

  get newest(): OAuthCredential {
    return this.token(this.#newest);
  }

  accepts(accessToken: string): boolean {
    return !this.revoked && accessToken === `access-${this.#newest}` && !this.expired;
  }

  expired = false;

  async exchange(credential: OAuthCredential): Promise<OAuthCredential> {
    this.exchanges += 1;
    const fault = this.#faults.shift();
    if (fault !== undefined) throw fault;
    // Others get a turn, as they would while a real answer is on its way.
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    const used = credential.refreshToken?.reveal();
    if (this.revoked) throw new KalendsError("grant-revoked", "invalid_grant");
    const late = this.grace && used === `refresh-${this.#newest - 1}`;
    if (used !== `refresh-${this.#newest}` && !late) {
      this.revoked = true;
      throw new KalendsError("grant-revoked", "invalid_grant");
    }
    if (!late) this.#newest += 1;
    this.expired = false;
    return this.newest;
  }
}

/** The memory provider behind that sign-in: a call with a token that is not good asks for a renewal, as adapters do. */
function guardedProvider(signIn: SignIn): MemoryProvider {
  const provider = memoryProvider();
  const pull = provider.pullPage.bind(provider);
  provider.pullPage = async (access, request) => {
    let { credential } = access;
    if (credential.kind === "oauth" && !signIn.accepts(credential.accessToken.reveal())) {
      if (access.renew === undefined) throw new KalendsError("auth-failed", "refused");
      credential = await access.renew(credential);
      if (credential.kind !== "oauth" || !signIn.accepts(credential.accessToken.reveal())) throw new KalendsError("auth-failed", "refused");
    }
    return pull(access, request);
  };
  provider.renewCredential = ({ credential }) => signIn.exchange(credential);
  return provider;
}

const store_ = (store: Store): OrganizationStore => store.organization("org");

async function openWorld(calendars = 1, store?: Store) {
  const signIn = new SignIn();
  const provider = guardedProvider(signIn);
  for (let index = 0; index < calendars; index += 1) provider.calendar(`/c${index}/`).put("/1.ics", sampleObject(`${index}`));
  const t = await openTestEngine({ provider, ...(store === undefined ? {} : { store }) });
  const account = await t.organization.createAccount({});
  await t.organization.connect({ accountId: account.id, provider: provider.id, address: "ada@example.test", credential: signIn.newest });
  const connection = async (): Promise<Connection> => (await t.organization.listConnections())[0] as Connection;
  return { t, signIn, connection, calendarIds: (await t.organization.listCalendars()).map(({ id }) => id) };
}

/** Lets the process die at the first call of that kind: what it had in memory is gone, and its rights stay as they are. */
function dieAt(t: TestEngine, name: keyof CredentialStore): void {
  const { organization } = t.store;
  t.store.organization = (id) => {
    const real = organization.call(t.store, id);
    const credentials = new Proxy(real.credentials, {
      get: (target, key) =>
        key === name || key === "releaseRenewal" || (name === "finishRenewal" && key === "put")
          ? () => Promise.reject(new KalendsError("store-failed", "the process is dead", { failure: "permanent" }))
          : Reflect.get(target, key).bind(target),
    });
    return { ...real, credentials };
  };
}

describe("one renewal per credential", () => {
  test("50 callers of one process and a sign-in that revokes on reuse: one exchange, everybody goes on", async () => {
    const { t, signIn, connection, calendarIds } = await openWorld(50);
    signIn.expired = true;
    const reports = await Promise.all(calendarIds.map((id) => t.organization.syncCalendar(id)));
    expect(reports.map(({ ok }) => ok)).toEqual(Array.from({ length: 50 }, () => true));
    expect([signIn.exchanges, signIn.revoked, (await connection()).state]).toEqual([1, false, "connected"]);
    expect((await store_(t.store).credentials.get((await connection()).id))?.generation).toBe(2);
    await t.store.close();
  });

  test("50 callers in ten processes: one exchange", async () => {
    const { t, signIn, connection, calendarIds } = await openWorld(50);
    const processes = await Promise.all(Array.from({ length: 10 }, (_, index) => t.another(`process-${index}`)));
    signIn.expired = true;
    const reports = await Promise.all(calendarIds.map((id, index) => processes[index % 10]?.syncCalendar(id)));
    expect(reports.every((report) => report?.ok === true)).toBe(true);
    expect([signIn.exchanges, signIn.revoked, (await connection()).state]).toEqual([1, false, "connected"]);
    await t.store.close();
  });

  test("twenty rounds: one exchange each, and the newest token is always the stored one", async () => {
    const { t, signIn, calendarIds, connection } = await openWorld(5);
    for (let round = 1; round <= 20; round += 1) {
      signIn.expired = true;
      const reports = await Promise.all(calendarIds.map((id) => t.organization.syncCalendar(id)));
      expect(reports.every(({ ok }) => ok)).toBe(true);
      expect(signIn.exchanges).toBe(round);
      expect((await store_(t.store).credentials.get((await connection()).id))?.generation).toBe(round + 1);
    }
    await t.store.close();
  });
});

describe("a renewal that another worker is at", () => {
  test("a job does not wait for it in its place: it goes back, counts no failure, and runs when the renewal has ended", async () => {
    const { t, signIn, connection, calendarIds } = await openWorld();
    signIn.expired = true;
    const { id } = await connection();
    const { credentials, sync, jobs } = store_(t.store);
    const right = await credentials.claimRenewal(id, 1, "slow", t.clock.now(), 30_000);
    await jobs.enqueue({ kind: "sync-calendar", subject: calendarIds[0] ?? "", runAt: t.clock.now() });
    const began = t.clock.now();
    expect(await t.engine.scheduler.tick({ budgetMs: 5_000 })).toBe(1);
    expect(t.clock.now() - began).toBeLessThan(5_000);
    expect(signIn.exchanges).toBe(0);
    const due = (await jobs.dueAt("sync-calendar", calendarIds[0] ?? "")) ?? 0;
    expect([due > t.clock.now(), due <= t.clock.now() + 2_000]).toEqual([true, true]);
    const [status] = (await t.organization.status()).flatMap((one) => one.calendars);
    expect(status).toMatchObject({ error: null });
    expect((await connection()).state).toBe("connected");

    await credentials.releaseRenewal(id, right?.token ?? 0, false);
    await t.clock.advanceTo(due);
    await t.engine.scheduler.drain();
    const claim = await sync.claim(calendarIds[0] ?? "", "looks", t.clock.now(), 1_000);
    expect([signIn.exchanges, claim?.failures, claim?.lastSuccess !== null]).toEqual([1, 0, true]);
    await t.store.close();
  });
});

describe("what a failed renewal means", () => {
  test("a network fault is no lost login: the next try succeeds", async () => {
    const { t, signIn, connection, calendarIds } = await openWorld();
    signIn.expired = true;
    signIn.failNext(...Array.from({ length: 3 }, () => new KalendsError("network-unreachable", "no route")));
    expect((await t.organization.syncCalendar(calendarIds[0] ?? "")).error?.code).toBe("network-unreachable");
    expect((await connection()).state).toBe("connected");
    expect((await t.organization.syncCalendar(calendarIds[0] ?? "")).ok).toBe(true);
    await t.store.close();
  });

  test("a connection that ended before the answer may have used the token up: a refusal then says nothing about the grant", async () => {
    for (const [mayHaveArrived, code] of [[true, "rotation-lost"], [false, "grant-revoked"]] as const) {
      const { t, signIn, calendarIds } = await openWorld();
      signIn.expired = true;
      signIn.failNext(...Array.from({ length: 3 }, () => new KalendsError("network-unreachable", "reset", { mayHaveArrived })));
      expect((await t.organization.syncCalendar(calendarIds[0] ?? "")).error?.code).toBe("network-unreachable");
      signIn.revoked = true;
      expect((await t.organization.syncCalendar(calendarIds[0] ?? "")).error?.code).toBe(code);
      await t.store.close();
    }
  });

  test("a revoked grant asks for the user, with a change record; connecting in place keeps all ids", async () => {
    const { t, signIn, connection, calendarIds } = await openWorld();
    const head = await t.organization.changesHead();
    signIn.expired = true;
    signIn.revoked = true;
    expect((await t.organization.syncCalendar(calendarIds[0] ?? "")).error?.code).toBe("grant-revoked");
    const stopped = await connection();
    expect([stopped.state, stopped.errorCode]).toEqual(["needs-reauth", "grant-revoked"]);
    expect((await t.organization.changes(head)).map(({ kind }) => kind)).toEqual(["connection-changed"]);

    signIn.revoked = false;
    signIn.expired = false;
    const wrong = t.organization.reconnect({ connectionId: stopped.id, address: "eve@example.test", credential: signIn.newest });
    await expect(wrong).rejects.toMatchObject({ code: "account-mismatch", failure: "conflict" });
    expect((await connection()).state).toBe("needs-reauth");
    const result = await t.organization.reconnect({ connectionId: stopped.id, credential: signIn.newest });
    expect([result.reconnected, result.connection.id, result.connection.state]).toEqual([true, stopped.id, "connected"]);
    expect(result.calendars.map(({ id }) => id)).toEqual(calendarIds);
    expect((await t.organization.syncCalendar(calendarIds[0] ?? "")).ok).toBe(true);
    await t.store.close();
  });

  test("a refusal of a token that somebody renewed meanwhile is no refusal", async () => {
    const { t, signIn, connection, calendarIds } = await openWorld();
    signIn.expired = true;
    const { id } = await connection();
    const exchange = signIn.exchange.bind(signIn);
    signIn.exchange = async () => {
      // The user connects again while this exchange is on its way, and the service refuses the old token.
      signIn.exchange = exchange;
      signIn.expired = false;
      await t.organization.reconnect({ connectionId: id, credential: signIn.newest });
      throw new KalendsError("grant-revoked", "invalid_grant");
    };
    expect((await t.organization.syncCalendar(calendarIds[0] ?? "")).ok).toBe(true);
    expect((await connection()).state).toBe("connected");
    await t.store.close();
  });
});

describe("a process that dies with the new token in hand", () => {
  const expire = 121_000;

  test("with a grace window the next one recovers", async () => {
    const { t, signIn, connection, calendarIds } = await openWorld();
    signIn.expired = true;
    signIn.grace = true;
    const after = await t.another("after");
    dieAt(t, "finishRenewal");
    const dead = await t.another("dead");
    expect((await dead.syncCalendar(calendarIds[0] ?? "")).ok).toBe(false);
    expect((await connection()).state).toBe("connected");
    await t.clock.advance(expire);
    Reflect.deleteProperty(t.store, "organization");
    expect((await after.syncCalendar(calendarIds[0] ?? "")).ok).toBe(true);
    expect([signIn.exchanges, (await connection()).state]).toEqual([2, "connected"]);
    await t.store.close();
  });

  test("without one it is told as a lost rotation, never as a revoked grant", async () => {
    const { t, signIn, connection, calendarIds } = await openWorld();
    signIn.expired = true;
    const after = await t.another("after");
    dieAt(t, "finishRenewal");
    const dead = await t.another("dead");
    expect((await dead.syncCalendar(calendarIds[0] ?? "")).ok).toBe(false);
    await t.clock.advance(expire);
    const report = await after.syncCalendar(calendarIds[0] ?? "");
    expect(report.error?.code).toBe("rotation-lost");
    expect([(await connection()).state, (await connection()).errorCode]).toEqual(["needs-reauth", "rotation-lost"]);
    await t.store.close();
  });

  test("before the exchange nothing was lost: the next one simply renews", async () => {
    const { t, signIn, connection, calendarIds } = await openWorld();
    signIn.expired = true;
    const after = await t.another("after");
    dieAt(t, "beginExchange");
    const dead = await t.another("dead");
    expect((await dead.syncCalendar(calendarIds[0] ?? "")).ok).toBe(false);
    await t.clock.advance(expire);
    expect((await after.syncCalendar(calendarIds[0] ?? "")).ok).toBe(true);
    expect([signIn.exchanges, signIn.revoked, (await connection()).state]).toEqual([1, false, "connected"]);
    await t.store.close();
  });

  test("a database that is locked for a moment does not cost the login: storing is tried again", async () => {
    const store = await openSqliteStore({ path: ":memory:" });
    const { t, signIn, connection, calendarIds } = await openWorld(1, store);
    signIn.expired = true;
    const { organization } = store;
    let refusals = 3;
    store.organization = (id) => {
      const real = organization.call(store, id);
      const credentials = new Proxy(real.credentials, {
        get: (target, key) =>
          key === "finishRenewal" && refusals-- > 0
            ? () => Promise.reject(new KalendsError("store-locked", "locked"))
            : Reflect.get(target, key).bind(target),
      });
      return { ...real, credentials };
    };
    const busy = await t.another("busy");
    expect((await busy.syncCalendar(calendarIds[0] ?? "")).ok).toBe(true);
    expect([signIn.exchanges, (await connection()).state]).toEqual([1, "connected"]);
    await t.store.close();
  });
});

describe("granted scopes", () => {
  test("a missing one stops the sync with an error that names it", async () => {
    const provider = memoryProvider({ id: "google" });
    provider.calendar("/work/");
    const t = await openTestEngine({ provider });
    const account = await t.organization.createAccount({});
    const scopes = ["openid", "https://www.googleapis.com/auth/calendar.freebusy"];
    const credential: OAuthCredential = { kind: "oauth", accessToken: new Secret("a"), refreshToken: null, expiresAt: null, scopes };
    await t.organization.connect({ accountId: account.id, provider: "google", address: "ada@example.test", credential });
    expect((await t.organization.listConnections())[0]?.grantedScopes).toEqual(scopes);
    const report = await t.organization.sync();
    const [error] = report.calendars.map((one) => one.error);
    expect(error?.code).toBe("scope-missing");
    expect(error?.message).toContain("https://www.googleapis.com/auth/calendar.calendarlist.readonly, https://www.googleapis.com/auth/calendar.events.readonly");
    expect(provider.pulls).toEqual([]);
    await t.organization.connect({ accountId: account.id, provider: "google", address: "ada@example.test", credential: { ...credential, scopes: ["https://www.googleapis.com/auth/calendar.readonly"] } });
    expect((await t.organization.sync()).ok).toBe(true);
    await t.store.close();
  });
});

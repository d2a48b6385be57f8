import { createEngine, type Engine, type OrganizationEngine } from "@kalends/core";
import { Secret, type Store } from "@kalends/model";
import { openSqliteStore } from "@kalends/store-sqlite";
import { fakeClock, memoryProvider, seededRandom, type FakeClock } from "@kalends/testing";
import { createVault, generateKey, Keyset, localKeyring, parseKey } from "@kalends/vault";
import { newScimToken, scimHandler, scimTokens } from "../../src/index.ts";

export interface Answered {
  status: number;
  // Answers are looked into field by field.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any;
  headers: Headers;
}

/** Two organizations with an identity provider each, behind one SCIM service on a real engine and store. */
export interface ScimWorld {
  engine: Engine;
  store: Store;
  clock: FakeClock;
  org: OrganizationEngine;
  handle(request: Request): Promise<Response>;
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answered>;
  /** As the other organization's identity provider. */
  sendAsOther(method: string, path: string, body?: unknown): Promise<Answered>;
  connect(accountId: string): Promise<string>;
  close(): Promise<void>;
}

export const address = "https://app.example.test/scim/v2";

export async function openScimWorld(): Promise<ScimWorld> {
  const clock = fakeClock("2026-11-20T08:00:00Z");
  const store = await openSqliteStore({ path: ":memory:", clock });
  await store.migrations.run();
  const random = seededRandom(7);
  const keys = localKeyring({ keyset: Keyset.of(parseKey(generateKey(seededRandom(1)))), random });
  const vault = createVault({ keys, random, dataKeys: (id) => store.organization(id).dataKeys });
  const provider = memoryProvider();
  const engine = await createEngine({ store, vault, providers: [provider], clock, random, holder: "test" });
  const organizations = new Map([["org-a", await engine.openOrganization("org-a")], ["org-b", await engine.openOrganization("org-b")]]);
  const [tokenA, tokenB] = [newScimToken(random), newScimToken(random)];
  const organizationOf = scimTokens({ [tokenA.digest]: "org-a", [tokenB.digest]: "org-b" });
  const handle = scimHandler({ address, authenticate: async (request) => organizations.get(organizationOf(request) ?? "") ?? null });
  const sendWith = (token: string) => async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answered> => {
    const content = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
    const type = body === undefined ? {} : { "content-type": "application/scim+json" };
    const response = await handle(new Request(`${address}${path}`, { method, ...content, headers: { authorization: `Bearer ${token}`, ...type, ...headers } }));
    const text = await response.text();
    return { status: response.status, body: text === "" ? null : JSON.parse(text), headers: response.headers };
  };
  const org = organizations.get("org-a") as OrganizationEngine;
  return {
    engine, store, clock, org, handle,
    send: sendWith(tokenA.token),
    sendAsOther: sendWith(tokenB.token),
    connect: async (accountId) => {
      const credential = { kind: "password", username: "ada", password: new Secret("correct horse") } as const;
      const { connection } = await org.connect({ accountId, provider: provider.id, address: "ada@example.test", credential });
      return connection.id;
    },
    close: async () => {
      await engine.close(0);
      await store.close();
    },
  };
}

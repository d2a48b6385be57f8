import { createKalends, systemClock, systemRandom, type Kalends } from "kalends";
import { Secret } from "@kalends/model";
import { caldavProvider } from "@kalends/provider-caldav";
import { googleProvider } from "@kalends/provider-google";
import { createDemoWorld, type DemoWorld } from "@kalends/sandbox";
import { createTransport } from "@kalends/transport";

export const client = { id: "page-test", secret: "page-secret", name: "Team page" };
const callback = "http://127.0.0.1/callback";

/** The demo's people on their two servers, and a Kalends that most of them are connected to. */
export interface OpenWorld {
  world: DemoWorld;
  kalends: Kalends;
  /** Account ids by the people's short names. */
  accounts: ReadonlyMap<string, string>;
  close(): Promise<void>;
}

export async function openWorld(options: { seed: number; unconnected?: string }): Promise<OpenWorld> {
  const world = await createDemoWorld({ clock: systemClock, seed: options.seed, google: { clients: [{ ...client, redirectUris: [callback] }] } });
  const transport = createTransport({ clock: systemClock, allowHosts: world.allowHosts });
  const parts = { transport, clock: systemClock, random: systemRandom };
  const { rootUrl, authorizationUrl, tokenUrl, revocationUrl, issuer } = world.google.endpoints;
  const google = googleProvider({
    ...parts,
    apiRoot: rootUrl,
    oauth: { clientId: client.id, clientSecret: client.secret },
    addresses: { authorization: authorizationUrl, token: tokenUrl, revocation: revocationUrl, issuer },
  });
  const kalends = await createKalends({
    database: ":memory:",
    key: Buffer.alloc(32, 7).toString("base64url"),
    providers: [caldavProvider(parts), google],
    settings: { pollEveryMs: 400, pollQuietEveryMs: 400, retryFirstMs: 200, confirmAfterMs: 50, concurrency: 4 },
  });
  const accounts = new Map<string, string>();
  for (const { id, name, zone, provider, username, password } of world.people) {
    const account = await kalends.createAccount({ externalId: id, displayName: name, timeZone: zone });
    accounts.set(id, account.id);
    if (id === options.unconnected) continue;
    if (provider === "caldav") await kalends.connectCaldav({ accountId: account.id, address: world.url, username, password });
    else await connectGoogle({ world, kalends }, account.id, username);
  }
  return {
    ...{ world, kalends, accounts },
    async close() {
      await kalends.close();
      await transport.close();
      await world.close();
    },
  };
}

/** The consent flow without a browser: the sandbox says where one would have been sent. */
async function connectGoogle({ world, kalends }: Pick<OpenWorld, "world" | "kalends">, accountId: string, user: string): Promise<void> {
  const request = { accountId, provider: "google", redirectUri: callback };
  const begun = await kalends.beginConnect({ ...request, features: ["know-login", "list-calendars", "read-events"] });
  const back = new URL(world.google.consent(begun.url, { user })).searchParams;
  const answer = { state: back.get("state") ?? "", code: new Secret(back.get("code") ?? ""), issuer: back.get("iss") ?? "" };
  const completed = await kalends.completeConnect({ answer, binding: begun.binding, provider: "google", redirectUri: callback });
  if (!completed.ok) throw completed.error;
}

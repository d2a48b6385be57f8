import { KalendsError, Secret, type CalendarProvider, type Transport } from "@kalends/model";
import { caldavProvider } from "@kalends/provider-caldav";
import { googleProvider } from "@kalends/provider-google";
import { createDemoWorld, type DemoPerson, type DemoWorld } from "@kalends/sandbox";
import { createTransport } from "@kalends/transport";
import { generateKey } from "@kalends/vault";
import { createKalends, type Kalends } from "../create-kalends.ts";
import { systemClock } from "../platform/system-clock.ts";
import { systemRandom } from "../platform/system-random.ts";

/** The demo: two calendar servers with four people on them, and a Kalends in memory. */
export interface OpenedDemo {
  world: DemoWorld;
  kalends: Kalends;
  /** Accounts in the order of the people. */
  accounts: { id: string; name: string; username: string; zone: string; connected: boolean }[];
  /** Lets the sandbox's consent page send browsers back to this address. */
  allowCallback(address: string): void;
  close(): Promise<void>;
}

interface DemoOptions {
  seed: number;
  pollEveryMs: number;
  /** Id of somebody who is left to connect on the page. */
  unconnected?: string;
}

const client = { id: "kalends-demo", secret: "sandbox-secret", name: "Kalends demo" };
/** Nobody listens there: the demo reads the address that a browser would be sent to. */
const ownCallback = "http://127.0.0.1/demo-callback";

export async function openDemo(options: DemoOptions): Promise<OpenedDemo> {
  const world = await createDemoWorld({ clock: systemClock, seed: options.seed, google: { clients: [{ ...client, redirectUris: [ownCallback] }] } });
  const transport = createTransport({ clock: systemClock, allowHosts: world.allowHosts });
  const kalends = await createKalends({
    database: ":memory:",
    key: generateKey(systemRandom),
    providers: providersOf(world, transport),
    settings: {
      ...{ pollEveryMs: options.pollEveryMs, pollQuietEveryMs: options.pollEveryMs },
      ...{ listEveryMs: 30_000, freshForMs: 60_000, retryFirstMs: 1_000, concurrency: 8 },
    },
  });
  const close = async (): Promise<void> => {
    await kalends.close();
    await transport.close();
    await world.close();
  };
  try {
    const accounts: OpenedDemo["accounts"] = [];
    for (const person of world.people) {
      const account = await kalends.createAccount({ externalId: person.id, displayName: person.name, timeZone: person.zone });
      const connected = person.id !== options.unconnected;
      if (connected) await connectPerson(world, kalends, account.id, person);
      accounts.push({ id: account.id, name: person.name, username: person.username, zone: person.zone, connected });
    }
    const allowCallback = (address: string): void => world.google.addClient({ ...client, redirectUris: [ownCallback, address] });
    return { world, kalends, accounts, allowCallback, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

function providersOf(world: DemoWorld, transport: Transport): CalendarProvider[] {
  const parts = { transport, clock: systemClock, random: systemRandom };
  const { rootUrl, authorizationUrl, tokenUrl, revocationUrl, issuer } = world.google.endpoints;
  const addresses = { authorization: authorizationUrl, token: tokenUrl, revocation: revocationUrl, issuer };
  const oauth = { clientId: client.id, clientSecret: client.secret };
  return [caldavProvider(parts), googleProvider({ ...parts, apiRoot: rootUrl, addresses, oauth })];
}

async function connectPerson(world: DemoWorld, kalends: Kalends, accountId: string, person: DemoPerson): Promise<void> {
  const { provider, username, password } = person;
  if (provider === "caldav") await kalends.connectCaldav({ accountId, address: world.url, username, password });
  else await connectByConsent(world, kalends, accountId, username);
}

/** The whole consent flow. Only the browser is missing: the sandbox says where it would have been sent. */
async function connectByConsent(world: DemoWorld, kalends: Kalends, accountId: string, username: string): Promise<void> {
  const redirectUri = ownCallback;
  const features = ["know-login", "list-calendars", "read-events"] as const;
  const begun = await kalends.beginConnect({ accountId, provider: "google", redirectUri, features, loginHint: username });
  const back = new URL(world.google.consent(begun.url, { user: username })).searchParams;
  const answer = { state: back.get("state") ?? "", code: new Secret(back.get("code") ?? ""), issuer: back.get("iss") ?? "" };
  const completed = await kalends.completeConnect({ answer, binding: begun.binding, provider: "google", redirectUri });
  if (!completed.ok) throw new KalendsError("internal", "The demo could not connect its own Google sandbox", { cause: completed.error });
}

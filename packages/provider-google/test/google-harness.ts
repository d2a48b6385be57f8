import { auth as googleAuth, calendar as googleClient, type calendar_v3 } from "@googleapis/calendar";
import { Secret, type ProviderAccess, type Transport } from "@kalends/model";
import { googleProvider, type GoogleProviderOptions } from "@kalends/provider-google";
import { startGoogleSandbox, type GoogleSandbox, type GoogleSandboxOptions } from "@kalends/sandbox";
import { discoveryChecker, type DiscoveryChecker, type ProviderHarness, type RemoteHand } from "@kalends/testing";
import { createTransport } from "@kalends/transport";
import { readShared } from "./shared-data.ts";
import { systemClock } from "./system-clock.ts";
import { systemRandom } from "./system-random.ts";
import { toGoogleItem } from "./to-google-item.ts";

export const ada = "ada@example.test";
const everything = ["https://www.googleapis.com/auth/calendar"];

/** A sandbox, our adapter in front of it, and Google's own client as the other hand. */
export interface GoogleHarness extends ProviderHarness {
  sandbox: GoogleSandbox;
  /** `null` where the official description is not here. */
  checker: DiscoveryChecker | null;
  client: calendar_v3.Calendar;
  /** Options for one more adapter on the same sandbox. */
  options: GoogleProviderOptions;
}

export async function openGoogleHarness(options: Partial<GoogleSandboxOptions> = {}): Promise<GoogleHarness> {
  const description = readShared("schemas", "google", "calendar-v3.discovery.json");
  const checker = description === null ? null : discoveryChecker(description);
  const sandbox = await startGoogleSandbox({
    clock: systemClock,
    users: [{ email: ada, name: "Ada", timeZone: "Europe/Berlin" }],
    quota: { perUser: 100_000, perProject: 100_000 },
    onExchange: (exchange) => checker?.check(exchange),
    ...options,
  });
  let requests = 0;
  const guarded = createTransport({ clock: systemClock, allowHosts: [sandbox.allowHost] });
  const transport: Transport = {
    send: (request) => ((requests += 1), guarded.send(request)),
    close: () => guarded.close(),
  };
  const { endpoints } = sandbox;
  const adapter: GoogleProviderOptions = {
    ...{ transport, clock: systemClock, random: systemRandom, pageSize: 10, apiRoot: endpoints.rootUrl },
    budget: { perUser: 100_000, perProject: 100_000 },
    addresses: { authorization: endpoints.authorizationUrl, token: endpoints.tokenUrl, revocation: endpoints.revocationUrl, issuer: endpoints.issuer },
    oauth: { clientId: "sandbox-client", clientSecret: "sandbox-secret" },
  };
  const provider = googleProvider(adapter);
  const { accessToken } = sandbox.user(ada).grant(everything);
  const access = accessOf(accessToken);
  const client = clientOf(sandbox, accessToken);
  return {
    ...{ provider, access, sandbox, checker, client, options: adapter },
    wrongAccess: accessOf("wrong"),
    login: { address: "", credential: access.credential },
    remote: handOf(client),
    requestCount: () => requests,
    deadCursor: JSON.stringify({ v: 1, token: "CAAQAA==", reach: "tcd" }),
    itemNames: ["plain", "with space", "ümlaut", "a/b", "100%", "日本"],
    close: async () => {
      await guarded.close();
      await sandbox.close();
    },
  };
}

export function accessOf(accessToken: string): ProviderAccess {
  return { endpoint: { login: ada }, credential: { kind: "oauth", accessToken: new Secret(accessToken), refreshToken: null, expiresAt: null, scopes: everything } };
}

function clientOf(sandbox: GoogleSandbox, accessToken: string): calendar_v3.Calendar {
  const login = new googleAuth.OAuth2();
  login.setCredentials({ access_token: accessToken });
  return googleClient({ version: "v3", rootUrl: sandbox.endpoints.rootUrl, auth: login, retry: false });
}

/** Google's own client. Items go by their UID, which `import` finds again. */
function handOf(client: calendar_v3.Calendar): RemoteHand {
  const calendars = new Map<string, string>();
  const items = new Map<string, string>();
  const idOf = (name: string): string => calendars.get(name) ?? "unknown";
  return {
    async createCalendar(name, displayName) {
      const made = await client.calendars.insert({ requestBody: { summary: displayName, timeZone: "Europe/Berlin" } });
      calendars.set(name, made.data.id ?? "");
    },
    deleteCalendar: async (name) => void (await client.calendars.delete({ calendarId: idOf(name) })),
    async put(name, item, text) {
      const calendarId = idOf(name);
      const { master, overrides } = toGoogleItem(text);
      const { data } = await client.events.import({ calendarId, requestBody: master });
      const eventId = data.id ?? "";
      items.set(`${name} ${item}`, eventId);
      for (const { originalStart, body } of overrides) {
        const instances = await client.events.instances({ calendarId, eventId, originalStart });
        await client.events.patch({ calendarId, eventId: instances.data.items?.[0]?.id ?? "", requestBody: body });
      }
    },
    delete: async (name, item) => void (await client.events.delete({ calendarId: idOf(name), eventId: items.get(`${name} ${item}`) ?? "" })),
  };
}

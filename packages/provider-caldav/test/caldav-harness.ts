import { createHash } from "node:crypto";
import { Secret, type CalendarProvider, type Clock, type ProviderAccess, type Transport } from "@kalends/model";
import { caldavClient, startlessEventText, startServer, type ProviderHarness, type RunningServer, type ServerKind, type Authorize, type SkipContext } from "@kalends/testing";
import { createTransport } from "@kalends/transport";
import { caldavProvider } from "../src/index.ts";
import { systemClock } from "./system-clock.ts";
import { systemRandom } from "./system-random.ts";

const oddNames = ["plain.ics", "mit leer.ics", "ümlaut-日本.ics", "at@sign.ics", "plus+tilde~.ics", "100%.ics", "no-suffix", "UPPER.ICS", "(round),semi;.ics"];

/** What differs from server to server, by measurement. */
export interface ServerTraits {
  itemNames?: readonly string[];
  /** Requests of a pass without news; 1 where the server has sync-collection or a ctag. */
  idleRequests?: number;
  deadCursor?: string | null;
  /** Its sync-tokens are inclusive or as coarse as its clock. */
  repeats?: boolean;
  environment?: Readonly<Record<string, string>>;
  /** See `ProviderHarness`. */
  scheduling?: { organizer: string; attendee: string };
  /** `null`: the server refuses every invalid event itself. */
  brokenItem?: string | null;
}

/** The adapter in front of a real server, with calls counted at the transport. */
export async function openCaldavHarness(kind: ServerKind, context: SkipContext, traits: ServerTraits = {}): Promise<ProviderHarness> {
  const server = await startServer(kind, context, traits.environment ?? {});
  try {
    return await harnessOf(server, traits);
  } catch (thrown) {
    await server.stop();
    throw thrown;
  }
}

/** Another way to the server than the straight one. */
export interface AdapterWay {
  /** Where the adapter finds the server; the other client goes there directly. */
  baseUrl: string;
  clock: Clock;
  /** Deadline of one request of the adapter, in ms. */
  timeoutMs: number;
  /** What stands between the suite and the adapter. */
  wrap(provider: CalendarProvider): CalendarProvider;
  close(): Promise<void>;
}

/** The same for any server that is already running. */
export async function harnessOf(server: Omit<RunningServer, "kind" | "folder">, traits: ServerTraits, way: AdapterWay | null = null): Promise<ProviderHarness> {
  const authorize = traits.environment?.["SABRE_AUTH"] === "digest" ? await digestOf(server) : undefined;
  const { transport, count } = countingTransport(systemClock, new URL(way?.baseUrl ?? server.origin).host);
  const adapter = caldavProvider({ transport, clock: way?.clock ?? systemClock, random: systemRandom, batchSize: 10, ...(way === null ? {} : { timeoutMs: way.timeoutMs }) });
  const provider = way === null ? adapter : way.wrap(adapter);
  const credential = { kind: "password" as const, username: server.username, password: new Secret(server.password) };
  const login = { address: way?.baseUrl ?? server.baseUrl, credential };
  const connected = await provider.connect?.(login);
  if (connected === undefined) throw new Error("The adapter has no connect");
  const access: ProviderAccess = { endpoint: connected.endpoint, credential };
  const client = caldavClient(server.baseUrl, server.username, server.password, authorize);
  const path = (calendar: string, item = ""): string => `${server.home(server.username)}${calendar}/${encodeURIComponent(item)}`;
  return {
    provider,
    access,
    wrongAccess: { ...access, credential: { ...credential, password: new Secret("wrong") } },
    login,
    requestCount: count,
    itemNames: traits.itemNames ?? oddNames,
    ...(traits.brokenItem === null ? {} : { brokenItem: traits.brokenItem ?? startlessEventText("broken-item") }),
    ...(traits.deadCursor === null ? {} : { deadCursor: traits.deadCursor ?? "sync:http://sabre.io/ns/sync/nonsense" }),
    ...(traits.repeats === undefined ? {} : { repeats: traits.repeats }),
    ...(traits.scheduling === undefined ? {} : { scheduling: traits.scheduling }),
    ...(traits.idleRequests === undefined ? {} : { idleRequests: traits.idleRequests }),
    remote: {
      createCalendar: (name, displayName) => client.makeCalendar(path(name), { displayName }),
      deleteCalendar: (name) => client.delete(path(name)),
      put: async (calendar, item, text) => void (await client.put(path(calendar, item), text)),
      delete: (calendar, item) => client.delete(path(calendar, item)),
      get: (calendar, item) => client.get(path(calendar, item)),
      list: async (calendar) => (await client.list(path(calendar))).map(({ href }) => decodeURIComponent(href.split("/").at(-1) ?? "")),
    },
    close: async () => {
      await transport.close();
      await way?.close();
      await server.stop();
    },
  };
}

function countingTransport(clock: Clock, host: string): { transport: Transport; count: () => number } {
  let sent = 0;
  const inner = createTransport({ clock, allowHosts: [host] });
  const transport: Transport = {
    send: (request) => {
      sent += 1;
      return inner.send(request);
    },
    close: () => inner.close(),
  };
  return { transport, count: () => sent };
}

/** The other client's own Digest (RFC 2617, MD5): it shares nothing with the adapter's. */
export async function digestOf({ baseUrl, username, password }: Omit<RunningServer, "kind" | "folder">): Promise<Authorize> {
  const response = await fetch(baseUrl, { method: "PROPFIND", headers: { depth: "0" } });
  await response.arrayBuffer();
  const challenge = response.headers.get("www-authenticate") ?? "";
  const part = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? "";
  const md5 = (text: string): string => createHash("md5").update(text).digest("hex");
  const [realm, nonce] = [part("realm"), part("nonce")];
  return (method, path) => {
    const response = md5(`${md5(`${username}:${realm}:${password}`)}:${nonce}:00000001:cafe:auth:${md5(`${method}:${path}`)}`);
    return `Digest username="${username}", realm="${realm}", nonce="${nonce}", uri="${path}", response="${response}", opaque="${part("opaque")}", qop=auth, nc=00000001, cnonce="cafe"`;
  };
}

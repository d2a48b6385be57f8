import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock, Random } from "@kalends/model";
import { seededRandom } from "../seeded-random.ts";
import { deliverAnswer } from "./deliver-answer.ts";
import type { Fault, ProxyAnswer, ProxyExchange, ProxyRequest } from "./fault.ts";
import { forwardRequest } from "./forward-request.ts";
import { reportName } from "./request-kinds.ts";
import { wallClock } from "./wall-clock.ts";

export interface FaultProxyOptions {
  /** URL of the real server; its path is where `url` of the proxy leads. */
  target: string;
  /** Waits of slow faults, and the hour for dates in headers. Default: the machine's. */
  clock?: Clock;
  /** Chance for `faults.sometimes` and others. Default: `seededRandom(1)`. */
  random?: Random;
}

/** One request that came through the proxy, and what became of it. */
export interface ProxiedExchange {
  method: string;
  path: string;
  depth: string | null;
  /** Local name of a REPORT's root: `sync-collection`, `calendar-multiget`. */
  report: string | null;
  /** As the client saw it; 0 where it saw none. */
  status: number;
  /** Names of the faults that took effect, the one nearest to the client first. */
  faults: string[];
  /** Whether a login came with it; the login itself is not kept. */
  authorized: boolean;
  /** `If-Match` and `If-None-Match` as they came, such as `If-Match: "1"`; `null`: the request has no guard. */
  guard: string | null;
  requestBytes: number;
  answerBytes: number;
}

/** A loopback proxy in front of a real server that does what servers do wrong, by script and by seeded chance. */
export interface FaultProxy {
  /** The target's address by way of the proxy. */
  readonly url: string;
  /** Scheme, host and port. */
  readonly origin: string;
  /** Host and port, as allow lists want it. */
  readonly host: string;
  /** What came through, oldest first. Set its length to 0 to begin anew. */
  readonly log: ProxiedExchange[];
  /** Adds faults behind those that are there; the first is nearest to the client. */
  use(...faults: readonly Fault[]): void;
  /** Takes all faults away. What they owe, such as the rest of a list that was cut, stays theirs. */
  clear(): void;
  close(): Promise<void>;
}

/** Starts the proxy on a free loopback port. Without faults every request and answer passes as it is (uncompressed). */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const target = new URL(options.target);
  const { clock = wallClock, random = seededRandom(1) } = options;
  const state: ProxyState = { target, clock, random, origin: "", active: [], known: [], log: [] };
  const server = createServer((incoming, outgoing) => {
    handle(state, incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  state.origin = `http://${host}`;
  return {
    url: state.origin + target.pathname,
    origin: state.origin,
    host,
    log: state.log,
    use: (...faults) => {
      state.active.push(...faults);
      state.known.push(...faults.filter((fault) => fault.honour !== undefined));
    },
    clear: () => void state.active.splice(0),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface ProxyState {
  target: URL;
  clock: Clock;
  random: Random;
  origin: string;
  active: Fault[];
  /** Every fault ever used that may owe something. */
  known: Fault[];
  log: ProxiedExchange[];
}

const unreachable: ProxyAnswer = {
  status: 502,
  headers: { "content-type": "text/plain" },
  body: Buffer.from("the server behind the proxy did not answer"),
};

async function handle(state: ProxyState, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  outgoing.on("error", () => undefined);
  const request = await readRequest(incoming);
  const entry: ProxiedExchange = {
    method: request.method,
    path: request.path,
    depth: request.headers["depth"] ?? null,
    report: reportName(request),
    status: 0,
    faults: [],
    authorized: request.headers["authorization"] !== undefined,
    guard: guardOf(request),
    requestBytes: request.body.length,
    answerBytes: 0,
  };
  state.log.push(entry);
  const answer = await answerThrough(state, request, entry).catch(() => unreachable);
  if (answer.delivery?.kind !== "reset" || answer.delivery.afterBytes >= 0) entry.status = answer.status;
  entry.answerBytes = answer.body.length;
  await deliverAnswer(answer, outgoing, state.clock, request.method);
}

function guardOf({ headers }: ProxyRequest): string | null {
  const guards = [["If-Match", headers["if-match"]], ["If-None-Match", headers["if-none-match"]]].filter(([, value]) => value !== undefined);
  return guards.length === 0 ? null : guards.map(([name, value]) => `${name}: ${value}`).join(", ");
}

async function readRequest(incoming: IncomingMessage): Promise<ProxyRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  return { method: incoming.method ?? "GET", path: incoming.url ?? "/", headers, body: Buffer.concat(chunks) };
}

/** The request's way: through the faults of the hour, then through what all faults ever used owe, then to the server. */
function answerThrough(state: ProxyState, request: ProxyRequest, entry: ProxiedExchange): Promise<ProxyAnswer> {
  const active = [...state.active];
  const known = [...state.known];
  const exchangeFor = (asked: ProxyRequest, next: (passed: ProxyRequest) => Promise<ProxyAnswer>): ProxyExchange => {
    let answered: Promise<ProxyAnswer> | null = null;
    const { origin, random, clock } = state;
    return { request: asked, origin, random, clock, answer: () => (answered ??= next(asked)), forward: next, call: () => undefined };
  };
  const owed = async (at: number, asked: ProxyRequest): Promise<ProxyAnswer> => {
    const fault = known[at];
    if (fault?.honour === undefined) return await forwardRequest(state.target, asked);
    const exchange = exchangeFor(asked, (passed) => owed(at + 1, passed));
    return (await fault.honour(exchange)) ?? (await exchange.answer());
  };
  const spoiled = async (at: number, asked: ProxyRequest): Promise<ProxyAnswer> => {
    const fault = active[at];
    if (fault === undefined) return await owed(0, asked);
    const exchange = exchangeFor(asked, (passed) => spoiled(at + 1, passed));
    if (!fault.concerns(asked)) return await exchange.answer();
    const place = entry.faults.push(fault.name) - 1;
    exchange.call = (name) => void (entry.faults[place] = name);
    const answer = await fault.spoil(exchange);
    if (answer !== null) return answer;
    const inner = await exchange.answer();
    entry.faults.splice(place, 1);
    return inner;
  };
  return spoiled(0, request);
}

import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Scheduler, WorkerState } from "@kalends/core";
import { KalendsError, toKalendsError, type Clock, type QueueLoad } from "@kalends/model";

export interface HealthAddress {
  host: string;
  port: number;
}

export interface HealthServer {
  url: string;
  close(): Promise<void>;
}

/** A port, or `host:port`; without a host only this machine is answered. Throws `invalid-argument`. */
export function readHealthAddress(text: string): HealthAddress {
  const [, host = "127.0.0.1", port = ""] = /^(?:(\[[0-9a-fA-F:.]+\]|[^:[\]]+):)?(\d{1,5})$/.exec(text) ?? [];
  if (port === "" || Number(port) > 65_535) throw new KalendsError("invalid-argument", "The health address is a port, or host:port");
  return { host: host.replace(/^\[|\]$/g, ""), port: Number(port) };
}

/** How long the database may take to answer before the worker counts as not ready, in milliseconds. */
const patienceMs = 5_000;
/** How long the worker may wait for jobs before it counts as not ready: a connection of its own may be dead while new ones are answered. */
const longestLookMs = 30_000;

/**
 * `GET /live`: the process answers. `GET /ready`: it works and its database answers. Both in JSON, without ids or names. A database that is away makes a
 * worker unready, not dead: starting it anew would not help.
 */
export async function serveHealth(scheduler: Pick<Scheduler, "state" | "load">, address: HealthAddress, clock: Clock): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const path = (request.url ?? "").split("?")[0];
    if (request.method !== "GET" && request.method !== "HEAD") return answer(response, 405, { error: "only GET" });
    if (path === "/live") return answer(response, 200, { live: true });
    if (path !== "/ready" && path !== "/") return answer(response, 404, { error: "ask /live or /ready" });
    void readiness(scheduler, clock).then((told) => answer(response, told.ready ? 200 : 503, told));
  });
  // Who opens connections and says nothing must not use them up.
  server.headersTimeout = 5_000;
  server.requestTimeout = 5_000;
  server.maxConnections = 64;
  await listen(server, address);
  const { address: host, port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Readiness {
  ready: boolean;
  error: string | null;
  running: number;
  /** Providers that this worker leaves alone for now. */
  avoided: string[];
  queue: { due: number; running: number; dead: number; lagMs: number } | null;
}

async function readiness(scheduler: Pick<Scheduler, "state" | "load">, clock: Clock): Promise<Readiness> {
  const state = scheduler.state();
  try {
    const load = await within(scheduler.load(), clock);
    const now = clock.now();
    const isLate = state.lookingSince !== null && now - state.lookingSince > longestLookMs;
    const error = isLate ? "store-unreachable" : state.lookError;
    return { ...told(state), ready: state.started && error === null, error, queue: queueOf(load, now) };
  } catch (thrown) {
    return { ...told(state), ready: false, error: toKalendsError(thrown).code, queue: null };
  }
}

const told = ({ running, avoided }: WorkerState): Pick<Readiness, "running" | "avoided"> => ({ running, avoided });

function queueOf({ due, running, dead, oldestDueAt }: QueueLoad, now: number): Readiness["queue"] {
  return { due, running, dead, lagMs: oldestDueAt === null ? 0 : Math.max(0, now - oldestDueAt) };
}

async function within<T>(work: Promise<T>, clock: Clock): Promise<T> {
  let cancel = (): void => undefined;
  const late = new Promise<never>((_resolve, reject) => {
    cancel = clock.setTimer(patienceMs, () => reject(new KalendsError("store-failed", "The database did not answer in time")));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" }).end(`${JSON.stringify(body)}\n`);
}

function listen(server: Server, { host, port }: HealthAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      reject(new KalendsError("invalid-argument", `The health address ${host}:${port} cannot be listened on (${cause.code ?? "unknown"})`, { cause }));
    });
    server.listen(port, host, resolve);
  });
}

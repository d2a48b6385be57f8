import type { Agent as HttpAgent, AgentOptions } from "node:http";
import type { Agent as HttpsAgent } from "node:https";
import type { Duplex } from "node:stream";
import type { Socket } from "node:net";
import { KalendsError, type Clock } from "@kalends/model";
import type { AllowList } from "./allow-list.ts";
import { connected, type Dial } from "./dial.ts";
import { http, https, tls } from "./node-http.ts";
import { resolveChecked, type Resolve } from "./resolve-checked.ts";
import { untilAborted } from "./until-aborted.ts";

type Created = (error: Error | null, socket?: Duplex) => void;
interface Endpoint {
  host: string;
  port: number;
}

export interface PoolOptions {
  clock: Clock;
  allowList: AllowList;
  resolve: Resolve;
  dial: Dial;
  certificateAuthorities: readonly string[];
}

/** Keep-alive connections per host and port. Every new connection resolves, checks and dials afresh. */
export interface ConnectionPool {
  agentFor(secure: boolean): HttpAgent | HttpsAgent;
  /** Ends idle connections to one host, after one of them turned out to be dead. */
  forget(host: string, port: number): void;
  close(): void;
}

const keepAlive: AgentOptions = { keepAlive: true, maxSockets: 32, maxFreeSockets: 16, scheduling: "lifo", timeout: 20_000 };

/** A server that does not take a connection for this long holds no place in the pool any longer. */
const connectMs = 15_000;

/** What node:tls trusts by default; older versions of Node only tell their bundled list. */
function systemAuthorities(): readonly string[] {
  const { getCACertificates } = tls as { getCACertificates?: (kind: "default") => string[] };
  return getCACertificates?.("default") ?? tls.rootCertificates;
}

function endpointOf(options: object): Endpoint {
  const { host, port } = options as { host?: string; port?: number | string };
  return { host: host ?? "", port: Number(port) };
}

export function createConnectionPool(options: PoolOptions): ConnectionPool {
  const ending = new AbortController();

  const open = async (endpoint: Endpoint): Promise<Socket> => {
    const allowed = options.allowList(endpoint.host, endpoint.port);
    const waiting = new AbortController();
    const cancel = options.clock.setTimer(connectMs, () => {
      waiting.abort(new KalendsError("network-timeout", "The server did not answer in time"));
    });
    const signal = AbortSignal.any([waiting.signal, ending.signal]);
    try {
      const addresses = await untilAborted(resolveChecked(endpoint.host, allowed, options.resolve, signal), signal);
      return await connected(options.dial(addresses, endpoint.port), signal);
    } finally {
      cancel();
    }
  };

  const openPlain = (settings: object, created: Created): void => {
    open(endpointOf(settings)).then((socket) => created(null, socket), (error: Error) => created(error));
  };

  const extra = options.certificateAuthorities;
  const trusted = extra.length === 0 ? {} : { ca: [...systemAuthorities(), ...extra] };
  const plain = new http.Agent(keepAlive);
  // Written out, so that neither a default nor NODE_TLS_REJECT_UNAUTHORIZED decides.
  const secure = new https.Agent({ ...keepAlive, ...trusted, minVersion: "TLSv1.2", rejectUnauthorized: true });
  const secureOver = secure.createConnection.bind(secure) as (settings: object) => Duplex;
  const openSecure = (settings: object, created: Created): void => {
    const wrap = (socket: Socket): void => created(null, secureOver({ ...settings, socket }));
    open(endpointOf(settings)).then(wrap).catch((error: Error) => created(error));
  };
  // An agent may be given its connections later (http.Agent, createConnection with a callback).
  Object.assign(plain, { createConnection: openPlain });
  Object.assign(secure, { createConnection: openSecure });

  return {
    agentFor: (isSecure) => (isSecure ? secure : plain),
    forget(host, port) {
      for (const agent of [plain, secure]) {
        for (const [name, sockets] of Object.entries(agent.freeSockets)) {
          if (name.startsWith(`${host}:${port}:`)) for (const socket of sockets ?? []) socket.destroy();
        }
      }
    },
    close() {
      ending.abort(new KalendsError("aborted", "The transport was closed"));
      plain.destroy();
      secure.destroy();
    },
  };
}

import { KalendsError, type Clock, type HttpRequest, type HttpResponse, type Transport } from "@kalends/model";
import { readAllowList, type AllowList } from "./allow-list.ts";
import { checkTarget, type Target } from "./check-target.ts";
import { createConnectionPool, type ConnectionPool } from "./connection-pool.ts";
import { startDeadline, type Deadline } from "./deadline.ts";
import { dialTcp, type Dial } from "./dial.ts";
import { exchange, type Hop } from "./exchange.ts";
import {
  isTrusted,
  redirectMethod,
  redirectRefused,
  redirectTarget,
  requireSafeAcrossSites,
  withoutPersonalHeaders,
} from "./redirect-rules.ts";
import { systemResolve, type Resolve } from "./resolve-checked.ts";
import { drain, openResponse } from "./response-body.ts";

/** What one request and its answer amounted to; a redirected request reports each hop. */
export interface Exchange {
  method: string;
  /** Scheme, host and port; never the path. */
  origin: string;
  /** 0 where no answer came. */
  status: number;
  /** Bytes of the body that were handed out, decompressed. */
  bytes: number;
  ms: number;
}

export interface TransportOptions {
  clock: Clock;
  /** Hosts (`host` or `host:port`) that may be private and plain http. */
  allowHosts?: readonly string[];
  /** Name resolution; the operating system's where absent. Every address it gives is checked, then exactly those are dialled. */
  resolve?: Resolve;
  /** Opens the TCP connection to the checked addresses. For simulations and tests. */
  dial?: Dial;
  /** PEM certificates trusted besides those of the system. */
  certificateAuthorities?: readonly string[];
  /** Default for `HttpRequest.maxBytes`: 64 MiB. */
  maxBytes?: number;
  /** Default for `HttpRequest.timeoutMs`: 60,000 ms. */
  timeoutMs?: number;
  /** Longest silence inside an exchange: 30,000 ms. */
  idleMs?: number;
  userAgent?: string;
  onExchange?: (exchange: Exchange) => void;
}

const mostRedirects = 5;

/** The state of one `send`. */
interface Sending {
  request: HttpRequest;
  /** Where the authorization belongs. */
  origin: string;
  /** False for good once the request has been to an untrusted site. */
  personal: boolean;
  deadline: Deadline;
}

/** Makes the one guarded HTTP client. See `Transport` for what it promises. */
export function createTransport(options: TransportOptions): Transport {
  return new GuardedTransport(options);
}

class GuardedTransport implements Transport {
  readonly #options: TransportOptions;
  readonly #allowList: AllowList;
  readonly #pool: ConnectionPool;
  readonly #running = new Set<Deadline>();
  #closed = false;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#allowList = readAllowList(options.allowHosts ?? []);
    this.#pool = createConnectionPool({
      clock: options.clock,
      allowList: this.#allowList,
      resolve: options.resolve ?? systemResolve,
      dial: options.dial ?? dialTcp,
      certificateAuthorities: options.certificateAuthorities ?? [],
    });
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    if (this.#closed) throw new KalendsError("engine-closed", "The transport was closed");
    if (!URL.canParse(request.url)) throw new KalendsError("invalid-argument", "The address is not an absolute URL");
    const url = new URL(request.url);
    const target = checkTarget(url, this.#allowList);
    const total = request.timeoutMs ?? this.#options.timeoutMs ?? 60_000;
    const deadline = startDeadline(this.#options.clock, total, this.#options.idleMs ?? 30_000, request.signal);
    this.#running.add(deadline);
    try {
      return await this.#follow({ request, origin: url.origin, personal: true, deadline }, this.#firstHop(request, target));
    } catch (thrown) {
      deadline.end();
      this.#running.delete(deadline);
      throw thrown;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const deadline of this.#running) deadline.abort(new KalendsError("aborted", "The transport was closed"));
    this.#pool.close();
  }

  #firstHop(request: HttpRequest, target: Target): Hop {
    const headers: Record<string, string> = {
      "accept-encoding": "gzip, deflate, br",
      "user-agent": this.#options.userAgent ?? "Kalends",
    };
    for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
    for (const name of ["host", "connection", "content-length", "transfer-encoding", "upgrade", "expect"]) delete headers[name];
    return { target, method: request.method.toUpperCase(), headers, body: request.body };
  }

  async #follow(sending: Sending, first: Hop): Promise<HttpResponse> {
    const visited = new Set<string>();
    let hop = first;
    for (let redirects = 0; ; redirects++) {
      const { url } = hop.target;
      const started = this.#options.clock.now();
      const report = (status: number, bytes: number): void => this.#report(hop, status, bytes, started);
      const message = await exchange(withAuthorization(hop, sending), this.#pool, sending.deadline).catch((thrown: unknown) => {
        report(0, 0);
        throw thrown;
      });
      const status = message.statusCode ?? 0;
      sending.deadline.touch();
      let next: URL | null;
      try {
        next = redirectTarget(message, url);
        if (next !== null) {
          visited.add(`${hop.method} ${withoutHash(url)}`);
          const following = this.#nextHop(sending, hop, status, next);
          if (redirects === mostRedirects) throw redirectRefused(`The server redirects more than ${mostRedirects} times`);
          if (visited.has(`${following.method} ${withoutHash(next)}`)) throw redirectRefused("The server redirects in a circle");
          await drain(message, sending.deadline);
          report(status, 0);
          hop = following;
          continue;
        }
      } catch (thrown) {
        message.destroy();
        report(status, 0);
        throw thrown;
      }
      return openResponse({
        message,
        isHead: hop.method === "HEAD",
        url: url.href,
        mostBytes: sending.request.maxBytes ?? this.#options.maxBytes ?? 64 * 1024 * 1024,
        deadline: sending.deadline,
        finished: (bytes) => {
          this.#running.delete(sending.deadline);
          report(status, bytes);
        },
      });
    }
  }

  /** The next request of a chain, checked like the first. Once a chain has left the trusted sites, nothing personal comes back. */
  #nextHop(sending: Sending, hop: Hop, status: number, url: URL): Hop {
    const target = checkTarget(url, this.#allowList);
    const method = redirectMethod(status, hop.method);
    const keepsBody = method === hop.method;
    let headers = hop.headers;
    if (!keepsBody) {
      const { "content-type": _dropped, ...rest } = headers;
      headers = rest;
    }
    if (!isTrusted(sending.origin, url, sending.request.trustedSites ?? [])) {
      requireSafeAcrossSites(method);
      sending.personal = false;
      headers = withoutPersonalHeaders(headers);
    }
    return { target, method, headers, body: keepsBody ? hop.body : undefined };
  }

  #report(hop: Hop, status: number, bytes: number, started: number): void {
    const ms = this.#options.clock.now() - started;
    this.#options.onExchange?.({ method: hop.method, origin: hop.target.url.origin, status, bytes, ms });
  }
}

function withAuthorization(hop: Hop, sending: Sending): Hop {
  const { authorization } = sending.request;
  if (authorization === undefined || !sending.personal) return hop;
  return { ...hop, headers: { ...hop.headers, authorization: authorization.reveal() } };
}

function withoutHash(url: URL): string {
  return url.href.slice(0, url.href.length - url.hash.length);
}

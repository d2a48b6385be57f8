import type { Clock, Random } from "@kalends/model";

/** A request as it reached the proxy. */
export interface ProxyRequest {
  method: string;
  /** Path and query as the client spelled them. */
  path: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}

/** How an answer's bytes go out; without one they go out at once and whole. */
export type Delivery =
  /** The connection breaks off hard after so many bytes of the body; below zero, before the status line. */
  | { kind: "reset"; afterBytes: number }
  /** The connection is closed before the announced length is reached. */
  | { kind: "stop"; afterBytes: number }
  /** A few bytes at a time. */
  | { kind: "drip"; bytes: number; everyMs: number }
  /** After the body `unit` comes again and again, until the client goes. */
  | { kind: "endless"; unit: string; everyMs: number };

/** An answer as it will reach the client. */
export interface ProxyAnswer {
  status: number;
  /** Names in lower case. `content-length` and `transfer-encoding` are the proxy's own business. */
  headers: Readonly<Record<string, string | readonly string[]>>;
  body: Buffer;
  delivery?: Delivery;
}

/** One request on its way through the faults. */
export interface ProxyExchange {
  request: ProxyRequest;
  /** Scheme, host and port under which clients reach the proxy. */
  origin: string;
  random: Random;
  clock: Clock;
  /** The answer of what lies behind this fault: further faults, then the server. Asked once however often it is called. */
  answer(): Promise<ProxyAnswer>;
  /** Sends another request on instead of the client's, at every call. */
  forward(request: ProxyRequest): Promise<ProxyAnswer>;
  /** What the log shall call the fault, where it is one of several. */
  call(name: string): void;
}

/** Something that a server may do wrong. Compose it with `faults.once`, `faults.sometimes`, `faults.when` and so on. */
export interface Fault {
  readonly name: string;
  /** Whether the fault has anything to do with this request. Turns are counted, and chance is drawn, for these alone. */
  concerns(request: ProxyRequest): boolean;
  /** The spoiled answer, or `null` where there was nothing to spoil; the answer then stays as it is and the turn is not used up. */
  spoil(exchange: ProxyExchange): Promise<ProxyAnswer | null>;
  /**
   * What the fault owes its clients also when it is not its turn, and after it was taken away: the rest of a list that it cut, an item
   * under the name that it gave. `null`: nothing.
   */
  honour?(exchange: ProxyExchange): Promise<ProxyAnswer | null>;
}

/** A fault that answers by itself; the server never hears of the request. */
export function answeringFault(name: string, concerns: (request: ProxyRequest) => boolean, answer: (exchange: ProxyExchange) => ProxyAnswer): Fault {
  return { name, concerns, spoil: (exchange) => Promise.resolve(answer(exchange)) };
}

/** A fault that spoils what the server answered. */
export function spoilingFault(
  name: string,
  concerns: (request: ProxyRequest) => boolean,
  spoil: (answer: ProxyAnswer, exchange: ProxyExchange) => ProxyAnswer | null,
): Fault {
  return { name, concerns, spoil: async (exchange) => spoil(await exchange.answer(), exchange) };
}

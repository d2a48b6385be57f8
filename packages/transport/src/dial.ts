import { connect, type LookupFunction, type Socket } from "node:net";
import type { ResolvedAddress } from "./resolve-checked.ts";

/** Opens a TCP connection to one of exactly these addresses; never resolves a name. */
export type Dial = (addresses: readonly ResolvedAddress[], port: number) => Socket;

/** Dials by node:net; with several addresses the families are tried in turn (RFC 8305). */
export const dialTcp: Dial = (addresses, port) => {
  const first = addresses[0] as ResolvedAddress;
  if (addresses.length === 1) return connect({ host: first.address, port, family: first.family, noDelay: true });
  const lookup: LookupFunction = (_host, options, done) => {
    if (options.all === true) done(null, addresses.map((entry) => ({ ...entry })));
    else done(null, first.address, first.family);
  };
  return connect({ host: "checked.invalid", port, lookup, autoSelectFamily: true, noDelay: true });
};

/** Resolves once the socket is connected; rejects with its error, or the signal's reason. */
export function connected(socket: Socket, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      socket.destroy();
      reject(signal.reason as Error);
    };
    const settle = (): void => {
      signal.removeEventListener("abort", stop);
      socket.off("connect", ready);
      socket.off("close", closed);
    };
    const ready = (): void => {
      settle();
      socket.off("error", failed);
      resolve(socket);
    };
    const failed = (error: Error): void => {
      settle();
      reject(error);
    };
    const closed = (): void => failed(Object.assign(new Error("closed"), { code: "ECONNRESET" }));
    socket.once("connect", ready);
    // The error listener stays after a stop: a late error must not become an uncaught one.
    socket.on("error", failed);
    socket.once("close", closed);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer, type ServerOptions } from "node:https";
import { connect, createServer as createTcpServer, type AddressInfo, type Server as TcpServer, type Socket } from "node:net";
import { KalendsError, type Clock } from "@kalends/model";
import type { Dial, ResolvedAddress } from "../src/index.ts";
import { serverCertificate, serverKey } from "./certificates.ts";

/** The real clock. */
export const clock: Clock = {
  now: () => Date.now(),
  setTimer(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

export interface Running {
  port: number;
  close(): Promise<void>;
}

async function listen(server: Server | TcpServer): Promise<Running> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

function withBody(handler: Handler): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => handler(request, response, body));
  };
}

export function serveHttp(handler: Handler): Promise<Running> {
  return listen(createServer(withBody(handler)));
}

export function serveHttps(handler: Handler, options: ServerOptions = {}): Promise<Running> {
  return listen(createSecureServer({ key: serverKey, cert: serverCertificate, ...options }, withBody(handler)));
}

export function serveTcp(handler: (socket: Socket) => void): Promise<Running> {
  return listen(createTcpServer(handler));
}

/** Leads public-looking addresses to a port of this machine and notes every attempt; whatever is not on the map is not dialled. */
export function mappedDial(map: Record<string, number>): { dial: Dial; attempts: string[] } {
  const attempts: string[] = [];
  const dial: Dial = (addresses, port) => {
    attempts.push(...addresses.map((entry) => `${entry.address}:${port}`));
    const to = map[(addresses[0] as ResolvedAddress).address];
    return connect({ host: "127.0.0.1", port: to ?? 1, noDelay: true });
  };
  return { dial, attempts };
}

/** The code of what a promise rejects with. */
export async function codeOf(run: Promise<unknown>): Promise<string> {
  try {
    await run;
    return "no error";
  } catch (thrown) {
    return thrown instanceof KalendsError ? thrown.code : `not typed: ${String(thrown)}`;
  }
}

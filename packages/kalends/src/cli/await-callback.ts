import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { KalendsError, type Clock } from "@kalends/model";

export interface CallbackDesk {
  /** `http://127.0.0.1:PORT/`: the address to hand to the provider (RFC 8252 section 7.3). */
  address: string;
  /**
   * The query of the first call of that address that carries this state; other calls are answered and forgotten. Throws
   * `connect-attempt-invalid` where none came in time, and `aborted` where the signal says so.
   */
  answer(wanted: { state: string; withinMs: number; signal: AbortSignal }): Promise<URLSearchParams>;
  /** Tells the waiting browser how it ended. */
  tell(text: string): void;
  close(): Promise<void>;
}

/** Listens on this machine alone for the browser that a consent page sends back. Port 0 is a free one. Throws `invalid-argument` for a port in use. */
export async function openCallback(port: number, clock: Clock): Promise<CallbackDesk> {
  let waiting: ServerResponse | undefined;
  let hear: ((query: URLSearchParams, response: ServerResponse) => void) | undefined;
  const server = createServer((request, response) => {
    const url = URL.parse(request.url ?? "", "http://127.0.0.1");
    if (request.method !== "GET" || url?.pathname !== "/") return say(response, 404, "Nothing is here.");
    if (hear === undefined) return say(response, 409, "Nobody waits for this answer any more. Run the command again.");
    hear(url.searchParams, response);
  });
  server.headersTimeout = 5_000;
  server.requestTimeout = 5_000;
  server.maxConnections = 16;
  await listen(server, port);
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    answer: ({ state, withinMs, signal }) =>
      new Promise((resolve, reject) => {
        const end = (): void => {
          hear = undefined;
          cancel();
          signal.removeEventListener("abort", onAbort);
        };
        const fail = (error: KalendsError): void => {
          end();
          reject(error);
        };
        const onAbort = (): void => fail(new KalendsError("aborted", "Stopped before the browser came back; nothing was connected"));
        const late = `The browser did not come back within ${Math.round(withinMs / 1_000)} s; nothing was connected`;
        const cancel = clock.setTimer(withinMs, () => fail(new KalendsError("connect-attempt-invalid", late, { remedy: "Run the command again, and open the address on this machine." })));
        signal.addEventListener("abort", onAbort);
        if (signal.aborted) return onAbort();
        hear = (query, response) => {
          if (query.getAll("state").join() !== state) return say(response, 400, "This answer belongs to another attempt. Open the address that was printed last.");
          waiting = response;
          end();
          resolve(query);
        };
      }),
    tell(text) {
      if (waiting !== undefined) say(waiting, 200, text);
      waiting = undefined;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

function say(response: ServerResponse, status: number, text: string): void {
  const headers = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store", "referrer-policy": "no-referrer", connection: "close" };
  response.writeHead(status, headers).end(`${text}\n`);
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const remedy = "Choose another with --port, or leave it out: a free one is found.";
      reject(new KalendsError("invalid-argument", `Port ${port} cannot be listened on (${cause.code ?? "unknown"})`, { cause, remedy }));
    });
    server.listen(port, "127.0.0.1", resolve);
  });
}

import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface FeedAnswer {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** The connection breaks after the body, which is shorter than announced. */
  announced?: number;
}

/** A loopback server that answers what `answer` says at the moment. */
export interface FeedServer {
  host: string;
  answer: (request: IncomingMessage) => FeedAnswer;
  /** Requests so far: path, validators, login. */
  asked: { path: string; etag: string | undefined; since: string | undefined; authorization: string | undefined }[];
  bytesSent: number;
  close(): Promise<void>;
}

export async function startFeedServer(): Promise<FeedServer> {
  const server = createServer((request, response) => {
    const { headers } = request;
    self.asked.push({ path: request.url ?? "", etag: headers["if-none-match"], since: headers["if-modified-since"], authorization: headers.authorization });
    const { status = 200, headers: more = {}, body = "", announced } = self.answer(request);
    response.writeHead(status, { "content-type": "text/calendar; charset=utf-8", ...more, ...(announced === undefined ? {} : { "content-length": String(announced) }) });
    response.on("close", () => (self.bytesSent += response.socket?.bytesWritten ?? 0));
    if (announced === undefined) response.end(body);
    else response.write(body, () => setTimeout(() => response.socket?.destroy(), 10));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const self: FeedServer = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: () => ({ status: 404 }),
    asked: [],
    bytesSent: 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return self;
}

/** A feed's text; each event is `[uid, title]` with lines of its own behind. */
export function feedText(events: readonly (readonly [string, string, ...string[]])[], head: readonly string[] = [], stamp = "20260101T000000Z"): string {
  const vevents = events.flatMap(([uid, title, ...more]) => [
    ...["BEGIN:VEVENT", `UID:${uid}`, `DTSTAMP:${stamp}`, "DTSTART:20260310T090000Z", "DTEND:20260310T100000Z", `SUMMARY:${title}`],
    ...[...more, "END:VEVENT"],
  ]);
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//a feed//EN", ...head, ...vevents, "END:VCALENDAR", ""].join("\r\n");
}

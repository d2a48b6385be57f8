import type { ServerResponse } from "node:http";

/** Longest silence on a stream, so that proxies and sleeping laptops do not take it for dead. */
const heartbeatMs = 15_000;

/** Sends the same news to every open page (server-sent events, WHATWG HTML section 9.2). */
export class EventStream {
  private readonly open = new Set<ServerResponse>();
  private readonly heartbeat: NodeJS.Timeout;

  constructor() {
    this.heartbeat = setInterval(() => this.write(": still here\n\n"), heartbeatMs);
    this.heartbeat.unref();
  }

  get listeners(): number {
    return this.open.size;
  }

  add(response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store", "x-accel-buffering": "no" });
    // The first event tells the page that it is live, and that it should catch up on what it missed while it was not.
    response.write("retry: 1000\nevent: live\ndata: {}\n\n");
    this.open.add(response);
    response.on("close", () => this.open.delete(response));
  }

  send(event: string, data: unknown): void {
    this.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  close(): void {
    clearInterval(this.heartbeat);
    for (const response of this.open) response.end();
    this.open.clear();
  }

  private write(text: string): void {
    for (const response of this.open) response.write(text);
  }
}

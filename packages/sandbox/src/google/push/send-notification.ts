import { request } from "node:http";
import type { Notification } from "./hub.ts";

/** True for an address on this machine. */
export function isLoopback(url: URL): boolean {
  return ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);
}

/** Posts a notification over http to this machine. Any other address gets nothing: the sandbox never leaves the machine. */
export function sendNotification({ address, headers }: Notification): Promise<number> {
  const url = new URL(address);
  if (url.protocol !== "http:" || !isLoopback(url)) return Promise.resolve(0);
  return new Promise((resolve) => {
    const sending = request(url, { method: "POST", headers: { ...headers, "content-length": "0" }, timeout: 10_000, agent: false }, (response) => {
      response.resume();
      response.once("close", () => resolve(response.statusCode ?? 0));
    });
    sending.once("timeout", () => sending.destroy());
    sending.once("error", () => resolve(0));
    sending.end();
  });
}

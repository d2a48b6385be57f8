import { createServer, request as sendRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { caldavClient, seedCalendar, startServer, type ServerKind } from "@kalends/testing";
import type { BenchServer } from "./server.ts";

/** A real server with its calendar laid out on disk, behind a proxy that counts and changes nothing. Throws where it cannot run here. */
export async function startRealServer(kind: ServerKind, size: number, textOf: (index: number, edition: number) => string): Promise<BenchServer> {
  const skip = (reason: string): void => {
    throw new Error(`cannot run here: ${reason}`);
  };
  const running = await startServer(kind, { skip });
  const files = new Map(Array.from({ length: size }, (_, index) => [`event-${index}.ics`, textOf(index, 0)]));
  const path = await seedCalendar(running, "big", files).catch(async (thrown: unknown) => {
    await running.stop();
    throw thrown;
  });
  const counts = { requests: 0, withoutLogin: 0, bytes: 0 };
  const target = new URL(running.origin);
  const proxy = createServer((request, reply) => {
    counts.requests += 1;
    if (request.headers.authorization === undefined) counts.withoutLogin += 1;
    const { hostname, port } = target;
    const onward = sendRequest({ hostname, port, path: request.url, method: request.method, headers: request.headers }, (answer) => {
      reply.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.on("data", (chunk: Buffer) => (counts.bytes += chunk.length));
      answer.pipe(reply);
    });
    onward.on("error", () => reply.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  let edition = 0;
  return {
    name: kind,
    baseUrl: running.baseUrl.replace(running.origin, origin),
    calendarUrl: origin + path,
    username: running.username,
    password: running.password,
    takeCounts: () => {
      const taken = { ...counts };
      Object.assign(counts, { requests: 0, withoutLogin: 0, bytes: 0 });
      return taken;
    },
    change: async (count) => {
      edition += 1;
      const other = caldavClient(running.baseUrl, running.username, running.password);
      for (let index = 0; index < count; index += 1) {
        const at = Math.floor((index * size) / count);
        await other.put(`${path}event-${at}.ics`, textOf(at, edition));
      }
    },
    close: async () => {
      proxy.close();
      proxy.closeAllConnections();
      await running.stop();
    },
  };
}

import type { ServerResponse } from "node:http";
import { brotliCompressSync, createGzip, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import type { HttpRequest, Transport } from "@kalends/model";
import { afterEach, describe, expect, test } from "vitest";
import { createTransport, readBytes, readText, retryAfterMs, type Exchange } from "../src/index.ts";
import { clock, codeOf, serveHttp, serveTcp, type Running } from "./loopback.ts";

let closing: (Transport | Running)[] = [];
afterEach(async () => {
  for (const entry of closing) await entry.close();
  closing = [];
});

function transportFor(server: Running, more: { idleMs?: number; maxBytes?: number; onExchange?: (e: Exchange) => void } = {}) {
  const transport = createTransport({ clock, allowHosts: ["127.0.0.1"], ...more });
  closing.push(transport, server);
  return (request: Partial<HttpRequest> = {}) => transport.send({ method: "GET", url: `http://127.0.0.1:${server.port}/`, ...request });
}
const serving = async (answer: (response: ServerResponse) => void, more = {}) => transportFor(await serveHttp((_request, response) =>
  answer(response)), more);
const raw = async (text: string | Buffer, end = true, more = {}) =>
  transportFor(await serveTcp((socket) => socket.once("data", () => (end ? socket.end(text) : socket.write(text)))), more);

const text = "BEGIN:VCALENDAR\r\n".repeat(2_000);

describe("content codings", () => {
  test.each([
    ["gzip", gzipSync(text)], ["x-gzip", gzipSync(text)], ["GZIP", gzipSync(text)], ["deflate", deflateSync(text)], ["deflate",
      deflateRawSync(text)],
    ["br", brotliCompressSync(text)], ["identity", Buffer.from(text)], ["utf-8", Buffer.from(text)],
  ])("%s is undone", async (coding, bytes) => {
    const send = await serving((response) => {
      response.setHeader("content-encoding", coding);
      response.end(bytes);
    });
    expect(await readText(await send())).toBe(text);
  });

  test("several codings, or one nobody asked for, are refused; an announced empty body is fine", async () => {
    for (const coding of ["gzip, gzip", Array(50).fill("gzip").join(", "), "zstd", "compress"]) {
      const send = await serving((response) => {
        response.setHeader("content-encoding", coding);
        response.end(gzipSync(gzipSync(text)));
      });
      expect(await codeOf(readText(await send()))).toBe("answer-invalid");
    }
    const empty = await serving((response) => response.writeHead(401, { "content-encoding": "gzip", "content-length": "0" }).end());
    expect(await readText(await empty())).toBe("");
    const head = await serving((response) => response.writeHead(200, { "content-encoding": "gzip", "content-length": "99" }).end());
    expect((await readBytes(await head({ method: "HEAD" }))).length).toBe(0);
  });

  test.each([["gzip", gzipSync(text)], ["deflate", deflateSync(text)], ["deflate", deflateRawSync(text)], ["br",
    brotliCompressSync(text)]])(
    "%s cut anywhere is incomplete, damaged is invalid: never a short text", async (coding, whole) => {
      for (const cut of [1, 5, 12, Math.floor(whole.length / 2), whole.length - 1]) {
        const send = await serving((response) => response.writeHead(200, { "content-encoding": coding }).end(whole.subarray(0, cut)));
        expect(await codeOf(readText(await send())), `cut at ${cut}`).toBe("response-incomplete");
      }
      const none = await serving((response) => response.writeHead(200, { "content-encoding": coding }).end());
      expect(await codeOf(readText(await none()))).toMatch("response-incomplete");
      const damaged = await serving((response) => response.writeHead(200, { "content-encoding": coding }).end(Buffer.alloc(400, 0xfe)));
      expect(["answer-invalid", "response-incomplete"]).toContain(await codeOf(readText(await damaged())));
    });

  test("bombs of gzip and brotli stop at the limit", async () => {
    const block = Buffer.alloc(1 << 20);
    const gzip = await serving((response) => {
      response.setHeader("content-encoding", "gzip");
      const packer = createGzip({ level: 1 });
      packer.pipe(response);
      let left = 1024;
      const more = (): void => {
        while (left-- > 0) if (!packer.write(block)) return void packer.once("drain", more);
        packer.end();
      };
      response.on("close", () => (left = 0));
      more();
    });
    const before = process.memoryUsage().rss;
    expect(await codeOf(readText(await gzip({ maxBytes: 8 << 20 })))).toBe("response-too-large");
    const packed = brotliCompressSync(Buffer.alloc(64 << 20));
    const brotli = await serving((response) => response.writeHead(200, { "content-encoding": "br" }).end(packed));
    expect(await codeOf(readText(await brotli({ maxBytes: 8 << 20 })))).toBe("response-too-large");
    expect(process.memoryUsage().rss - before).toBeLessThan(300 << 20);
  });
});

describe("complete or an error", () => {
  test("shorter than Content-Length, cut chunks, reset: incomplete", async () => {
    const answers = [
      "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhello",
    ];
    for (const answer of answers) expect(await codeOf(readText(await (await raw(answer))()))).toBe("response-incomplete");
    const reset = transportFor(await serveTcp((socket) => socket.once("data", () => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", () => setTimeout(() => socket.resetAndDestroy(), 30));
    })));
    expect(await codeOf(reset().then(readText))).toBe("response-incomplete");
  });

  test("no answer, half a head, no HTTP, too much head, interim answers without end: typed", async () => {
    expect(await codeOf((await raw(""))())).toBe("network-unreachable");
    expect(await codeOf((await raw("HTTP/1.1 200 OK\r\nContent-"))())).toBe("response-incomplete");
    expect(await codeOf((await raw("220 mail.example ESMTP\r\n"))())).toBe("answer-invalid");
    expect(await codeOf((await raw(`HTTP/1.1 200 OK\r\nX: ${"a".repeat(200_000)}\r\n\r\n`))())).toBe("response-too-large");
    expect(await codeOf((await raw("HTTP/1.1 103 Early\r\n\r\n".repeat(1_000), false))())).toBe("answer-invalid");
    expect(await codeOf((await raw("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"))())).toBe("answer-invalid");
  });

  test("larger than the limit, announced or not, endless", async () => {
    const large = await serving((response) => response.end(Buffer.alloc(100_000)), { maxBytes: 50_000 });
    expect(await codeOf(large().then(readBytes))).toBe("response-too-large");
    expect((await readBytes(await large({ maxBytes: 100_000 }))).length).toBe(100_000);
    const endless = await serving((response) => {
      const more = (): void => {
        while (!response.destroyed) if (!response.write(Buffer.alloc(65_536))) return void response.once("drain", more);
      };
      more();
    });
    expect(await codeOf(endless({ maxBytes: 1 << 20 }).then(readBytes))).toBe("response-too-large");
  });

  test("drip, stall and silence end at the deadline or when idle", async () => {
    const drip = await serving((response) => {
      const timer = setInterval(() => response.write("x"), 20);
      response.on("close", () => clearInterval(timer));
    });
    const started = Date.now();
    expect(await codeOf(drip({ timeoutMs: 200 }).then(readText))).toBe("network-timeout");
    expect(Date.now() - started).toBeLessThan(2_000);
    const stall = await serving((response) => void response.writeHead(200, { "content-length": "10" }).write("x"), { idleMs: 100 });
    expect(await codeOf(stall().then(readText))).toBe("network-timeout");
    const silent = transportFor(await serveTcp(() => {}), { idleMs: 100 });
    expect(await codeOf(silent({ timeoutMs: 200 }))).toBe("network-timeout");
    const slowHead = transportFor(await serveTcp((socket) => {
      const timer = setInterval(() => socket.write("H"), 30);
      socket.on("close", () => clearInterval(timer));
    }));
    expect(["network-timeout", "answer-invalid"]).toContain(await codeOf(slowHead({ timeoutMs: 200 })));
  });

  test("a server that thinks for longer than the idle time before it answers is waited for", async () => {
    const thinking = await serving((response) => void setTimeout(() => response.end("well"), 300), { idleMs: 100 });
    expect(await readText(await thinking())).toBe("well");
  });

  test("the caller's signal stops before, during and after the head", async () => {
    const send = await serving((response) => void response.writeHead(200).write("x"));
    expect(await codeOf(send({ signal: AbortSignal.abort() }))).toBe("aborted");
    const controller = new AbortController();
    const response = await send({ signal: controller.signal });
    setTimeout(() => controller.abort(new Error("c4n4ry")), 20);
    expect(await codeOf(readText(response))).toBe("aborted");
    const silent = transportFor(await serveTcp(() => {}));
    expect(await codeOf(silent({ signal: AbortSignal.timeout(30) }))).toBe("aborted");
  });
});

describe("answers", () => {
  test("headers join, names are of any case, a body is read once, statuses are no errors", async () => {
    const send = await serving((response) => {
      response.setHeader("DAV", ["1, 2", "calendar-access"]);
      response.writeHead(500).end("x");
    });
    const response = await send();
    expect([response.status, response.header("dav"), response.header("Dav"), response.header("etag")]).toEqual([500,
      "1, 2, calendar-access", "1, 2, calendar-access", null]);
    expect(await readText(response)).toBe("x");
    expect(await codeOf(readText(response))).toBe("invalid-argument");
  });

  test("text in the named character set", async () => {
    const read = async (type: string, bytes: Buffer): Promise<string> =>
      readText(await (await serving((response) => response.writeHead(200, { "content-type": type }).end(bytes)))());
    expect(await read("text/plain; charset=iso-8859-1", Buffer.from("Käse", "latin1"))).toBe("Käse");
    expect(await read('text/xml; charset="UTF-8"', Buffer.from("Käse"))).toBe("Käse");
    expect(await read("text/plain; charset=nonsense", Buffer.from("Käse"))).toBe("Käse");
    expect(await read("text/plain", Buffer.from("\ufeffKäse"))).toBe("Käse");
    expect(await read("text/plain", Buffer.from("\ufeffKäse", "utf16le"))).toBe("Käse");
  });

  test("bad methods and headers are invalid arguments and quote nothing", async () => {
    const send = await serving((response) => response.end("x"));
    const bad: Partial<HttpRequest>[] = [{ method: "GE T" }, { headers: { "x-a": "c4n4ry\r\nx-b: 1" } }, { headers: { "a b": "1" } }];
    for (const request of bad) {
      const thrown = await send(request).catch((error: Error) => error);
      expect(thrown).toMatchObject({ code: "invalid-argument" });
      expect(String((thrown as Error).message)).not.toContain("c4n4ry");
    }
  });

  test("Retry-After in seconds and dates, capped at a day", () => {
    const now = Date.parse("2026-03-01T12:00:00Z");
    const after = (value: string | null): number | undefined => retryAfterMs({ header: () => value }, now);
    expect([after("120"), after(" 0 "), after("315360000"), after("9".repeat(400))]).toEqual([120_000, 0, 86_400_000, 86_400_000]);
    expect(after("Sun, 01 Mar 2026 12:00:30 GMT")).toBe(30_000);
    expect(after("Sunday, 01-Mar-26 12:00:30 GMT")).toBe(30_000);
    expect(after("Sun Mar  1 12:00:30 2026")).toBe(30_000);
    expect(after("Sun, 01 Mar 2026 11:00:00 GMT")).toBe(0);
    expect(after("Fri, 01 Mar 2126 12:00:00 GMT")).toBe(86_400_000);
    expect(after("2026")).toBe(2_026_000);
    for (const value of ["soon", "", null, "-5", "1e9", "2026-03-01", "Sunday"]) expect(after(value)).toBeUndefined();
  });
});

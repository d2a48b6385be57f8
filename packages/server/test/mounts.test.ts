import { createServer as createHttpServer, request as httpRequest, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { getRequestListener } from "@hono/node-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { notificationPath } from "@kalends/core";
import type { InboundNotification } from "@kalends/model";
import { memoryProvider } from "@kalends/testing";
import { nodeHandler, type KalendsServer } from "@kalends/server";
import { openStage, type Stage } from "./open-server.ts";

/** Every byte there is, and a text that decoders like to touch. */
const bytes: Buffer = Buffer.concat([Buffer.from(Array.from({ length: 256 }, (_, index) => index)), Buffer.from("\ufeff{\"a\":1}\r\n\u00e9")]);

const mounts: Record<string, (server: KalendsServer) => Promise<RequestListener>> = {
  "node:http": async (server) => nodeHandler(server) as RequestListener,
  Express: async (server) => {
    const app = express();
    app.use("/calendars", nodeHandler(server));
    app.use((_request, response) => void response.status(418).end());
    return app;
  },
  Fastify: async (server) => {
    const app = fastify();
    // Bodies stay as they came: the handler reads them itself.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", (_request, _payload, done) => done(null));
    const handler = nodeHandler(server);
    app.all("/calendars/*", async (request, reply) => {
      reply.hijack();
      await handler(request.raw, reply.raw);
    });
    await app.ready();
    return (request, response) => void app.routing(request, response);
  },
  Hono: async (server) => {
    const app = new Hono();
    app.all("/calendars/*", (context) => server.handle(context.req.raw));
    return getRequestListener(app.fetch) as RequestListener;
  },
};

/** One request over a real socket; the answer with its bytes. */
async function send(port: number, method: string, path: string, headers: Record<string, string | string[]>, body?: Uint8Array) {
  return new Promise<{ status: number; headers: IncomingMessage["headers"]; body: Buffer }>((resolve, reject) => {
    const request = httpRequest({ host: "127.0.0.1", port, method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

describe.each(Object.keys(mounts))("mounted under %s", (name) => {
  const came: InboundNotification[] = [];
  let stage: Stage;
  let http: Server;
  let port: number;

  beforeAll(async () => {
    const provider = memoryProvider();
    const read = provider.readNotification;
    provider.readNotification = (notification) => {
      came.push(notification);
      return read?.(notification) ?? { kind: "malformed" };
    };
    stage = await openStage({ provider });
    http = createHttpServer(await mounts[name]?.(stage.server));
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    port = (http.address() as AddressInfo).port;
  });

  afterAll(async () => {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
    await stage.close();
  });

  test("the answer is the handlers' own, byte by byte", async () => {
    for (const path of ["/calendars/result?connect=connected", "/calendars/result?connect=no-such", "/calendars/nothing", "/calendars/connect/memory", "/calendars/callback/memory?state=a&code=b"]) {
      const own = await stage.server.handle(new Request(`https://app.example${path}`));
      const over = await send(port, "GET", path, { host: "elsewhere.example" });
      expect([path, over.status]).toEqual([path, own.status]);
      expect(over.body.equals(Buffer.from(await own.arrayBuffer())), path).toBe(true);
      for (const [header, value] of own.headers) expect(over.headers[header], `${path} ${header}`).toBe(value);
    }
  });

  test("a body and its headers arrive as they were sent, whatever they say they are", async () => {
    for (const type of ["application/json", "application/x-www-form-urlencoded", "text/plain; charset=utf-16", "application/octet-stream"]) {
      came.length = 0;
      const path = `/calendars/notifications${notificationPath("memory", "org/1")}?a=b&c=%2F`;
      const answered = await send(port, "POST", path, { "content-type": type, "x-memory-token": ["bad", "good"], "content-length": String(bytes.length) }, bytes);
      expect(answered.status).toBe(400);
      const [notification] = came;
      expect(Buffer.from(notification?.body ?? []).equals(bytes), type).toBe(true);
      expect(notification?.headers.get("content-type")).toBe(type);
      expect(notification?.headers.get("x-memory-token")).toBe("bad, good");
      expect([...(notification?.query ?? [])]).toEqual([["a", "b"], ["c", "/"]]);
    }
  });

  test("a body over the limit is refused, and the server goes on", async () => {
    const path = `/calendars/notifications${notificationPath("memory", "org/1")}`;
    const refused = await send(port, "POST", path, { "content-length": String(300_000) }, new Uint8Array(300_000)).catch((thrown: unknown) => thrown as NodeJS.ErrnoException);
    // The connection may end before all of the body has left.
    if ("status" in refused) expect(refused.status).toBe(413);
    else expect(["ECONNRESET", "EPIPE"]).toContain(refused.code);
    expect((await send(port, "GET", "/calendars/result?connect=connected", {})).status).toBe(200);
  });

  test("a whole flow sets its cookie and sends the browser on", async () => {
    const session = { "x-session": JSON.stringify(stage.visitor) };
    const started = await send(port, "GET", "/calendars/connect/memory", session);
    const [cookie = ""] = started.headers["set-cookie"] ?? [];
    const back = stage.provider.consent.allow(started.headers.location ?? "");
    const ended = await send(port, "GET", back.pathname + back.search, { ...session, cookie: cookie.split(";")[0] ?? "" });
    expect([ended.status, ended.headers.location]).toEqual([303, "https://app.example/calendars/result?connect=connected"]);
  });
});

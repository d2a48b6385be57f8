import { createServer as createSecureServer, type ServerOptions } from "node:https";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { toKalendsError } from "@kalends/model";
import { caldavProvider } from "@kalends/provider-caldav";
import { createTransport, type Resolve } from "@kalends/transport";
import { systemClock, systemRandom } from "kalends";
import { authority, expiredCertificate, serverCertificate, serverKey } from "./fixtures/certificates.ts";
import { loadBadHttp, placeOf, type BadEntry } from "./bad-http-entries.ts";
import { openKalends } from "./open-kalends.ts";

const badHttp = await loadBadHttp();
const entriesAt = (place: string): (readonly [string, BadEntry])[] => (badHttp?.entries ?? []).filter((entry) => placeOf(entry) === place).map((entry) => [entry.id, entry] as const);
const canary = "Canary-Passw0rd";

interface Attempt {
  code: string;
  message: string;
  remedy: string;
  dials: string[];
  ms: number;
}

/** A user types that address. Public-looking addresses lead to `port` of this machine; no other is dialled, and every attempt is noted. */
async function typeAddress(address: string, how: { resolve: Resolve; port?: number; authorities?: string[] }): Promise<Attempt> {
  const dials: string[] = [];
  const transport = createTransport({
    clock: systemClock,
    resolve: how.resolve,
    certificateAuthorities: how.authorities ?? [],
    timeoutMs: 3_000,
    dial: (addresses, port) => {
      dials.push(...addresses.map((each) => `${each.address}:${port}`));
      return connect({ host: "127.0.0.1", port: how.port ?? 1 });
    },
  });
  const opened = await openKalends({ providers: [caldavProvider({ transport, clock: systemClock, random: systemRandom, timeoutMs: 3_000 })] });
  try {
    const account = await opened.kalends.createAccount({ timeZone: "UTC" });
    const started = performance.now();
    const error = await opened.kalends.connectCaldav({ accountId: account.id, address, username: "ada", password: canary }).then(() => null, toKalendsError);
    expect(await opened.kalends.listConnections()).toEqual([]);
    expect(JSON.stringify([error?.message, error?.remedy, error?.stack])).not.toContain(canary);
    return { code: error?.code ?? "connected", message: error?.message ?? "", remedy: error?.remedy ?? "", dials, ms: performance.now() - started };
  } finally {
    await opened.close();
    await transport.close();
  }
}

const to = (...addresses: string[]): Resolve => () => Promise.resolve(addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })));

describe.skipIf(badHttp === null)("addresses that a user types and that lead inside", () => {
  const texts = new Set<string>();
  test.each(entriesAt("typed-address"))("%s", async (_id, entry) => {
    const attempt = await typeAddress(entry.userUrl ?? "", { resolve: to("127.0.0.1") });
    expect(attempt).toMatchObject({ code: "address-refused", dials: [] });
    expect(attempt.ms).toBeLessThan(entry.expect.limits.maxMs);
    texts.add(`${attempt.message.replaceAll(new URL(entry.userUrl ?? "").host, "HOST")} ${attempt.remedy}`);
  });

  test("all are refused in the same words, whatever stands behind them", () => {
    expect([...texts]).toHaveLength(1);
  });
});

describe.skipIf(badHttp === null)("names that resolve to something bad", () => {
  test.each(entriesAt("name-resolution"))("%s", async (_id, entry) => {
    const attempt = await typeAddress("https://cal.example.test/", { resolve: to(...(entry.dns?.[0] ?? [])) });
    expect(["address-refused", "network-unreachable"]).toContain(attempt.code);
    expect(attempt.dials.filter((dial) => /^(?:10|203\.0\.113)\./.test(dial))).toEqual([]);
    expect(attempt.dials.length).toBeLessThan(20);
    expect(attempt.ms).toBeLessThan(entry.expect.limits.maxMs);
  });
});

/** A server on loopback that writes down whatever comes in the clear, and counts the requests that it could read. */
async function startBadServer(entry: BadEntry): Promise<{ port: number; requests: () => number; heard: () => string; close(): Promise<void> }> {
  let requests = 0;
  let heard = "";
  const sockets = new Set<Socket>();
  const options: ServerOptions = { key: serverKey, cert: entry.tls?.cert === "expired" ? expiredCertificate : serverCertificate };
  const answerPlainly = (socket: Socket): void => {
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      heard += bytes.toString("latin1");
      socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
    });
  };
  const server: Server = entry.tls?.plain === true ? createServer(answerPlainly) : createSecureServer(options, (_request, response) => {
    requests += 1;
    response.end("{}");
  });
  server.on("connection", (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests: () => requests,
    heard: () => heard,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

describe.skipIf(badHttp === null)("servers whose certificate is no good", () => {
  test.each(entriesAt("certificates"))("%s", async (_id, entry) => {
    const server = await startBadServer(entry);
    const environment = entry.tls?.env ?? {};
    Object.assign(process.env, environment);
    try {
      // Where the certificate is to be right but for one thing, its authority is trusted.
      const authorities = entry.tls?.cert === "self-signed" ? [] : [authority];
      const host = entry.tls?.cert === "wrong-host" ? "other.example.test" : "cal.example.test";
      const attempt = await typeAddress(`https://${host}/`, { resolve: to("8.8.8.8"), port: server.port, authorities });
      expect(attempt.code).toBe("tls-failed");
      expect(server.requests()).toBe(0);
      expect(server.heard()).not.toMatch(/authorization|Canary|Q2FuYXJ5/i);
      expect(attempt.ms).toBeLessThan(entry.expect.limits.maxMs);
    } finally {
      for (const name of Object.keys(environment)) Reflect.deleteProperty(process.env, name);
      await server.close();
    }
  });
});

import { spawn } from "node:child_process";
import type { TLSSocket } from "node:tls";
import { Secret, type Transport } from "@kalends/model";
import { afterEach, describe, expect, test } from "vitest";
import { createTransport, readText } from "../src/index.ts";
import { authority, expiredCertificate } from "./certificates.ts";
import { clock, codeOf, mappedDial, serveHttp, serveHttps, serveTcp, type Running } from "./loopback.ts";

let closing: (Transport | Running)[] = [];
afterEach(async () => {
  for (const entry of closing) await entry.close();
  closing = [];
  delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
});

function local(server: Running): Transport {
  const transport = createTransport({ clock, allowHosts: ["127.0.0.1"] });
  closing.push(transport, server);
  return transport;
}

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

describe("kept connections", () => {
  test("are used again, also after a body that was discarded", async () => {
    let connections = 0;
    const server = await serveTcp((socket) => {
      connections++;
      socket.on("data", () => socket.write(ok));
    });
    const transport = local(server);
    const url = `http://127.0.0.1:${server.port}/`;
    for (let i = 0; i < 4; i++) {
      const response = await transport.send({ method: "GET", url });
      if (i % 2 === 0) await response.discard();
      else expect(await readText(response)).toBe("ok");
    }
    expect(connections).toBe(1);
  });

  /** Answers the first request of each connection and resets it at the second, unread by the client until then. */
  const forgetful = async () => {
    const seen: string[] = [];
    const server = await serveTcp((socket) => {
      let requests = 0;
      socket.on("data", (data) => {
        seen.push(data.toString().split(" ")[0] as string);
        if (requests++ === 0) socket.write(ok);
        else socket.resetAndDestroy();
      });
    });
    return { seen, url: `http://127.0.0.1:${server.port}/`, transport: local(server) };
  };

  test.each(["GET", "PROPFIND", "REPORT", "OPTIONS"])("a dead one is replaced unnoticed for %s", async (method) => {
    const { seen, url, transport } = await forgetful();
    for (let i = 0; i < 3; i++) expect(await readText(await transport.send({ method, url }))).toBe("ok");
    expect(seen).toHaveLength(5);
  });

  test.each(["PUT", "POST", "DELETE"])("a %s is never sent twice", async (method) => {
    const { seen, url, transport } = await forgetful();
    expect(await readText(await transport.send({ method, url }))).toBe("ok");
    expect(await codeOf(transport.send({ method, url }))).toBe("network-unreachable");
    expect(seen).toHaveLength(2);
  });

  test("a new connection that dies is not tried again", async () => {
    let connections = 0;
    const server = await serveTcp((socket) => {
      connections++;
      socket.once("data", () => socket.resetAndDestroy());
    });
    expect(await codeOf(local(server).send({ method: "GET", url: `http://127.0.0.1:${server.port}/` }))).toBe("network-unreachable");
    expect(connections).toBe(1);
  });

  test("whether the request may have arrived is told apart: one that was cut off may, one that was refused may not", async () => {
    const server = await serveTcp((socket) => void socket.once("data", () => socket.resetAndDestroy()));
    const url = `http://127.0.0.1:${server.port}/`;
    const transport = local(server);
    await expect(transport.send({ method: "POST", url, body: "a" })).rejects.toMatchObject({ code: "network-unreachable", mayHaveArrived: true });
    await server.close();
    await expect(transport.send({ method: "POST", url, body: "a" })).rejects.toMatchObject({ code: "network-unreachable", mayHaveArrived: false });
  });

  test("close ends what runs, and later sends are refused", async () => {
    const server = await serveTcp(() => {});
    const transport = local(server);
    const url = `http://127.0.0.1:${server.port}/`;
    const running = codeOf(transport.send({ method: "GET", url }));
    await new Promise((resolve) => setTimeout(resolve, 30));
    await transport.close();
    expect(await running).toBe("aborted");
    expect(await codeOf(transport.send({ method: "GET", url }))).toBe("engine-closed");
  });

  test.each(["close", "leave"])("a process ends by itself with kept connections open (%s)", async (how) => {
    const server = await serveHttp((_request, response) => response.end("ok"));
    closing.push(server);
    const index = new URL("../src/index.ts", import.meta.url).href;
    const program = `
      const { createTransport, readText } = await import(${JSON.stringify(index)});
      const clock = { now: () => Date.now(), setTimer(ms, run) { const t = setTimeout(run, ms); return () => clearTimeout(t); } };
      const transport = createTransport({ clock, allowHosts: ["127.0.0.1"] });
      console.log(await readText(await transport.send({ method: "GET", url: "http://127.0.0.1:${server.port}/" })));
      if (process.argv.includes("close")) await transport.close();`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program, how], { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (data: Buffer) => (output += data.toString()));
    const started = Date.now();
    expect(await new Promise((resolve) => child.on("exit", resolve))).toBe(0);
    expect(output).toBe("ok\n");
    expect(Date.now() - started).toBeLessThan(10_000);
  });
});

describe("TLS", () => {
  function client(port: number, certificateAuthorities: string[]): { send: (host?: string) => Promise<string> } {
    const { dial } = mappedDial({ "8.8.8.8": port });
    const transport = createTransport({ clock, dial, certificateAuthorities, resolve: async () => [{ address: "8.8.8.8", family: 4 }] });
    closing.push(transport);
    const send = async (host = "cal.example.test"): Promise<string> =>
      readText(await transport.send({ method: "GET", url: `https://${host}/`, authorization: new Secret("Basic c4n4ry") }));
    return { send };
  }

  test("an added authority is trusted, for the names its certificate has", async () => {
    const server = await serveHttps((request, response) => response.end((request.socket as TLSSocket).getProtocol()));
    closing.push(server);
    const { send } = client(server.port, [authority]);
    expect(await send()).toBe("TLSv1.3");
    expect(await codeOf(send("other.example.test"))).toBe("tls-failed");
  });

  test("unknown authority, also with NODE_TLS_REJECT_UNAUTHORIZED=0; expired; no TLS: refused before a request is sent", async () => {
    let requests = 0;
    const secure = await serveHttps((_request, response) => (requests++, response.end("x")));
    const expired = await serveHttps((_request, response) => (requests++, response.end("x")), { cert: expiredCertificate });
    const received: string[] = [];
    const plain = await serveTcp((socket) => socket.on("data", (data) => {
      received.push(data.toString("latin1"));
      socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
    }));
    closing.push(secure, expired, plain);
    expect(await codeOf(client(secure.port, []).send())).toBe("tls-failed");
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    expect(await codeOf(client(secure.port, []).send())).toBe("tls-failed");
    delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    expect(await codeOf(client(expired.port, [authority]).send())).toBe("tls-failed");
    expect(await codeOf(client(plain.port, [authority]).send())).toBe("tls-failed");
    expect(received.join("")).not.toContain("c4n4ry");
    expect(requests).toBe(0);
  });

  test.each(["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const)("a server that speaks only %s", async (version) => {
    const server = await serveHttps((_request, response) => response.end("spoken"), {
      minVersion: version, maxVersion: version, ciphers: "DEFAULT:@SECLEVEL=0",
    });
    closing.push(server);
    const result = await client(server.port, [authority]).send().catch((error: { code: string }) => error.code);
    expect(result).toBe(version < "TLSv1.2" ? "tls-failed" : "spoken");
  });
});

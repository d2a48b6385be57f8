import { inspect } from "node:util";
import { KalendsError, type Transport } from "@kalends/model";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { createTransport, isPublicAddress, readText, type Resolve } from "../src/index.ts";
import { clock, codeOf, mappedDial, serveHttp, serveHttps } from "./loopback.ts";
import { authority } from "./certificates.ts";
import { sharedJson } from "./shared-data.ts";

interface Entry { id: string; userUrl?: string; dns?: (string[] | null)[]; replies?: { headers?: { location?: string } }[] }
const entries = sharedJson<{ entries: Entry[] }>("bad-http/manifest.json")?.entries ?? [];
const open: Transport[] = [];
afterAll(async () => {
  for (const transport of open) await transport.close();
});

/** A transport whose resolver answers from a list and whose dialer only notes. */
function guarded(resolve: Resolve, map: Record<string, number> = {}, more: { allowHosts?: string[]; timeoutMs?: number } = {}) {
  const { dial, attempts } = mappedDial(map);
  const transport = createTransport({ clock, resolve, dial, certificateAuthorities: [authority], ...more });
  open.push(transport);
  return { transport, attempts };
}

const answering = (...answers: (string[] | null)[]): Resolve & { asked: () => number } => {
  let asked = 0;
  const resolve = (): Promise<{ address: string; family: 4 | 6 }[]> => {
    const answer = answers[Math.min(asked++, answers.length - 1)];
    if (!answer) return new Promise(() => {});
    return Promise.resolve(answer.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })));
  };
  return Object.assign(resolve, { asked: () => asked });
};

const refusedAddresses = [
  "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
  "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
  "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "::127.0.0.1",
  "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:2::1", "2001:10::1", "2001:db8::1", "2002:808:808::1", "3fff::1",
    "5f00::1",
  "fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "4000::1", "not an address", "",
];
const publicAddresses = ["1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "192.0.1.1", "198.20.0.1",
  "223.255.255.255", "2606:4700::1111", "2a00:1450::1", "2001:4860::8888", "2001:200::1"];

describe("addresses", () => {
  test("only public unicast is public", () => {
    expect(refusedAddresses.filter(isPublicAddress)).toEqual([]);
    expect(publicAddresses.filter((address) => !isPublicAddress(address))).toEqual([]);
  });

  test.each(refusedAddresses.filter((address) => address.includes(".") || address.includes(":")).filter((address) =>
    !address.includes("%")))(
    "a name that resolves to %s is not dialled", async (address) => {
      const { transport, attempts } = guarded(answering([address]));
      expect(await codeOf(transport.send({ method: "GET", url: "https://cal.example.test/" }))).toBe("address-refused");
      expect(attempts).toEqual([]);
    });

  test("no spelling of a private IPv4 address gets through", async () => {
    const { transport, attempts } = guarded(answering(["8.8.8.8"]));
    const octet = fc.integer({ min: 0, max: 255 });
    const spelled = (value: number, form: number): string => (form === 0 ? String(value) : form === 1
      ? `0x${value.toString(16)}` : `0${value.toString(8)}`);
    const form = fc.integer({ min: 0, max: 2 });
    await fc.assert(fc.asyncProperty(octet, octet, octet, fc.tuple(form, form, form, form), fc.boolean(), async (b, c, d, forms, short) => {
      const parts = short ? [10, b, c * 256 + d] : [10, b, c, d];
      const host = parts.map((part, i) => spelled(part, forms[i] as number)).join(".");
      expect(await codeOf(transport.send({ method: "GET", url: `https://${host}/` }))).toBe("address-refused");
    }), { numRuns: 100 });
    expect(attempts).toEqual([]);
  });

  const direct = entries.filter((entry) => entry.userUrl !== undefined && entry.id.startsWith("ssrf-"));
  test.skipIf(direct.length === 0).each(direct)("$id", async (entry) => {
    const { transport, attempts } = guarded(answering(["127.0.0.1"]));
    const thrown = await transport.send({ method: "PROPFIND", url: entry.userUrl as string }).catch((error: unknown) => error);
    expect((thrown as KalendsError).code).toBe("address-refused");
    expect((thrown as KalendsError).message).toBe("The address is not one that this transport connects to");
    expect(attempts).toEqual([]);
  });

  test("open and closed refused targets give the same error", async () => {
    const server = await serveHttp((_request, response) => response.end("secret"));
    const { transport } = guarded(answering(["127.0.0.1"]));
    const texts = new Set<string>();
    for (const url of [`https://127.0.0.1:${server.port}/`, "https://127.0.0.1:1/", `https://rebound.example.test:${server.port}/`,
      "http://10.0.0.1/"]) {
      const thrown = (await transport.send({ method: "GET", url }).catch((error: unknown) => error)) as KalendsError;
      texts.add(`${thrown.code} ${thrown.message} ${thrown.remedy} ${inspect(thrown.cause)}`);
    }
    expect(texts.size).toBe(1);
    await server.close();
  });

  test("names of the machine or the local network, user names, other schemes: refused unasked", async () => {
    const resolve = answering(["8.8.8.8"]);
    const { transport, attempts } = guarded(resolve);
    const urls = ["https://localhost/", "https://localhost./", "https://a.localhost/", "https://printer.local/",
      "https://metadata.google.internal/",
      "https://user:pass@cal.example.test/", "https://user@cal.example.test/", "http://cal.example.test/", "ftp://cal.example.test/",
        "file:///etc/passwd"];
    for (const url of urls) expect(await codeOf(transport.send({ method: "GET", url })), url).toBe("address-refused");
    expect(await codeOf(transport.send({ method: "GET", url: "not a url" }))).toBe("invalid-argument");
    expect(resolve.asked()).toBe(0);
    expect(attempts).toEqual([]);
  });
});

describe("name resolution", () => {
  test("exactly the checked address is dialled, after one look-up", async () => {
    const server = await serveHttps((_request, response) => response.end("hello"));
    const resolve = answering(["8.8.8.8"], ["127.0.0.1"]);
    const { transport, attempts } = guarded(resolve, { "8.8.8.8": server.port });
    for (let i = 0; i < 3; i++) expect(await readText(await transport.send({ method: "GET",
      url: "https://cal.example.test/" }))).toBe("hello");
    expect(attempts).toEqual(["8.8.8.8:443"]);
    expect(resolve.asked()).toBe(1);
    await server.close();
  });

  test("a new connection is checked anew: public first, loopback then", async () => {
    const server = await serveHttps((_request, response) => {
      response.setHeader("connection", "close");
      response.end("hello");
    });
    const { transport, attempts } = guarded(answering(["8.8.8.8"], ["127.0.0.1"]), { "8.8.8.8": server.port, "127.0.0.1": server.port });
    expect(await readText(await transport.send({ method: "GET", url: "https://cal.example.test/" }))).toBe("hello");
    expect(await codeOf(transport.send({ method: "GET", url: "https://cal.example.test/" }))).toBe("address-refused");
    expect(attempts).toEqual(["8.8.8.8:443"]);
    await server.close();
  });

  const dns = entries.filter((entry) => entry.dns !== undefined);
  test.skipIf(dns.length === 0).each(dns)("$id", async (entry) => {
    const { transport, attempts } = guarded(answering(...(entry.dns as (string[] | null)[])), {}, { timeoutMs: 500 });
    for (let i = 0; i < (entry.dns?.length ?? 1); i++) {
      const code = await codeOf(transport.send({ method: "GET", url: "https://cal.example.test/" }));
      expect(["address-refused", "network-unreachable", "network-timeout"]).toContain(code);
    }
    expect(attempts.filter((attempt) => !isPublicAddress(attempt.slice(0, attempt.lastIndexOf(":"))))).toEqual([]);
    expect(attempts.length).toBeLessThanOrEqual(8);
  });

  test("one private address among public ones refuses the name; a hundred public ones are not all dialled", async () => {
    const mixed = guarded(answering(["8.8.8.8", "10.0.0.5"]));
    expect(await codeOf(mixed.transport.send({ method: "GET", url: "https://cal.example.test/" }))).toBe("address-refused");
    expect(mixed.attempts).toEqual([]);
    const many = guarded(answering(Array.from({ length: 100 }, (_, i) => `8.8.8.${i}`)));
    expect(await codeOf(many.transport.send({ method: "GET", url: "https://cal.example.test/" }))).toBe("network-unreachable");
    expect(many.attempts).toHaveLength(8);
  });

  test("no answer, an empty one, an error: typed, in time", async () => {
    const silent = guarded(answering(null), {}, { timeoutMs: 100 });
    expect(await codeOf(silent.transport.send({ method: "GET", url: "https://cal.example.test/" }))).toBe("network-timeout");
    const empty = guarded(answering([]));
    expect(await codeOf(empty.transport.send({ method: "GET", url: "https://cal.example.test/" }))).toBe("network-unreachable");
    const failing = guarded(() => Promise.reject(Object.assign(new Error("queryA ENOTFOUND cal.example.test"), { code: "ENOTFOUND" })));
    expect(await codeOf(failing.transport.send({ method: "GET", url: "https://cal.example.test/" }))).toBe("network-unreachable");
  });
});

describe("allow list", () => {
  test("a listed host may be private and plain http, on the listed port only", async () => {
    const server = await serveHttp((_request, response) => response.end("inside"));
    const send = (allowHosts: string[], url: string): Promise<string> => {
      const transport = createTransport({ clock, allowHosts, resolve: answering(["127.0.0.1"]) });
      open.push(transport);
      return transport.send({ method: "GET", url }).then(readText, (error: KalendsError) => error.code);
    };
    const byName = `http://nas.lan:${server.port}/`;
    expect(await send(["nas.lan"], byName)).toBe("inside");
    expect(await send([`NAS.lan:${server.port}`], byName)).toBe("inside");
    expect(await send(["127.0.0.1"], `http://0x7f.1:${server.port}/`)).toBe("inside");
    expect(await send(["nas.lan:80"], byName)).toBe("address-refused");
    expect(await send(["lan"], byName)).toBe("address-refused");
    expect(await send(["127.0.0.1"], byName)).toBe("address-refused");
    expect(await send([], byName)).toBe("address-refused");
    await server.close();
  });

  test("an entry that is no host is an invalid argument", () => {
    for (const entry of ["", "http://x", "a b", "x/y", "user@x", "[::1", "x:99999999"]) {
      expect(() => createTransport({ clock, allowHosts: [entry] }), entry).toThrow(KalendsError);
    }
    for (const entry of ["::1", "[::1]:8080", "127.0.0.1:80", "host."]) createTransport({ clock, allowHosts: [entry] });
  });
});

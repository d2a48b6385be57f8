import type { DnsLookups, SrvRecord } from "@kalends/transport";
import { describe, expect, test } from "vitest";
import { dnsResolver } from "../src/index.ts";

const record = (name: string, more: Partial<SrvRecord> = {}): SrvRecord => ({ name, port: 443, priority: 1, weight: 0, ...more });

function ask(domain: string, srv: readonly SrvRecord[] | Error, txt: readonly (readonly string[])[] | Error = []) {
  const asked: string[] = [];
  const answer = async <T>(name: string, found: T | Error): Promise<T> => {
    asked.push(name);
    if (found instanceof Error) throw found;
    return found;
  };
  const lookups: DnsLookups = { srv: (name) => answer(name, srv), txt: (name) => answer(name, txt) };
  return { services: dnsResolver(lookups)(domain), asked };
}

describe("quirk 23: services that DNS names (RFC 6764)", () => {
  test("the least priority first, then the greatest weight; port and path as they are told", async () => {
    const { services, asked } = ask("Example.ORG.", [record("c.example.org", { priority: 20 }), record("b.example.org", { weight: 1 }), record("A.example.org.", { weight: 9, port: 8443 })], [["v=spf1"], ["path=/d", "av/"]]);
    expect(await services).toEqual([
      { origin: "https://a.example.org:8443", path: "/dav/" },
      { origin: "https://b.example.org", path: "/dav/" },
      { origin: "https://c.example.org", path: "/dav/" },
    ]);
    expect(asked).toEqual(["_caldavs._tcp.example.org", "_caldavs._tcp.example.org"]);
  });

  test.each<[string, readonly SrvRecord[] | Error]>([
    ["no record", []],
    ["a domain that says it has none", [record(".")]],
    ["an empty name", [record("")]],
    ["a DNS that does not answer", new Error("ETIMEOUT")],
    ["no port", [record("cal.example.org", { port: 0 })]],
    ["an address in place of a name", [record("10.0.0.1")]],
    ["a name with more in it", [record("cal.example.org/x?"), record("a@b.example.org")]],
  ])("%s is no service", async (_, srv) => {
    expect(await ask("example.org", srv).services).toEqual([]);
  });

  test.each([[[["path=//thief.example/"]]], [[["path=https://thief.example/"]]], [[["path=dav"]]], [[["path=/a b"]]], [new Error("ENODATA")], [[]]])("a path that is none, %j, leads to well-known", async (txt) => {
    expect(await ask("example.org", [record("cal.example.org")], txt).services).toEqual([{ origin: "https://cal.example.org", path: null }]);
  });

  test.each(["127.0.0.1", "[::1]", "localhost", "nas", "nas.local", "cal.example", "a.test", "x".repeat(300), "", "a..org", "-a.org"])("nobody is asked about %j", async (domain) => {
    const { services, asked } = ask(domain, [record("cal.example.org")]);
    expect(await services).toEqual([]);
    expect(asked).toEqual([]);
  });

  test("a flood of records is cut", async () => {
    expect(await ask("example.org", Array.from({ length: 500 }, (_, index) => record(`h${index}.example.org`))).services).toHaveLength(4);
  });
});

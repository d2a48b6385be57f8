import dnsPromises from "node:dns/promises";
import { createServer } from "node:net";
import { syncBuiltinESMExports } from "node:module";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DnsLookups } from "@kalends/transport";
import { openKalends } from "./open-kalends.ts";

const { lookup } = dnsPromises;
const named: string[] = [];

// The machine's own address book must not be asked for the test's names: all of them are this machine.
beforeEach(() => {
  named.length = 0;
  dnsPromises.lookup = (async (host: string) => {
    named.push(host);
    return [{ address: "127.0.0.1", family: 4 }];
  }) as unknown as typeof lookup;
  syncBuiltinESMExports();
});

afterEach(() => {
  dnsPromises.lookup = lookup;
  syncBuiltinESMExports();
});

describe("quirk 23: a domain whose CalDAV service only DNS names", () => {
  test("is looked up by the `dns` of createKalends, and the service that it names is gone to", async () => {
    const hellos: Buffer[] = [];
    const service = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", (bytes) => {
        hellos.push(bytes);
        socket.destroy();
      });
    });
    await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
    const { port } = service.address() as AddressInfo;
    const asked: string[] = [];
    const dns: DnsLookups = {
      srv: async (name) => {
        asked.push(`SRV ${name}`);
        return [{ name: "dav.kalends-probe.org", port, priority: 1, weight: 1 }];
      },
      txt: async (name) => {
        asked.push(`TXT ${name}`);
        return [["path=/the/service/"]];
      },
    };
    const { kalends, close } = await openKalends({ dns, allowHosts: [`dav.kalends-probe.org:${port}`] });
    try {
      const { id: accountId } = await kalends.createAccount({});
      await expect(kalends.connectCaldav({ accountId, address: "ada@kalends-probe.org", password: "pw" })).rejects.toMatchObject({ name: "KalendsError" });
      expect(asked).toEqual(["SRV _caldavs._tcp.kalends-probe.org", "TXT _caldavs._tcp.kalends-probe.org"]);
      expect(new Set(named)).toEqual(new Set(["kalends-probe.org", "dav.kalends-probe.org"]));
      // It speaks TLS, to the name that DNS told.
      expect(hellos[0]?.[0]).toBe(0x16);
      expect(hellos[0]?.includes("dav.kalends-probe.org")).toBe(true);
      await expect(kalends.connectCaldav({ accountId, address: "http://127.0.0.1:9/", username: "ada", password: "pw" })).rejects.toMatchObject({ name: "KalendsError" });
      expect(asked).toHaveLength(2);
    } finally {
      await close();
      service.close();
    }
  });
});

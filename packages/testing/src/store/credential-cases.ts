import { expect } from "vitest";
import { codeOf, type StoreCase } from "./store-world.ts";

const sealed = (text: string) => new TextEncoder().encode(text);
const opened = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

const generations: StoreCase = {
  title: "a credential is replaced only by whoever knows its newest generation",
  async run(world) {
    const { credentials } = await world.populate();
    expect(await credentials.get("connection-1")).toBeNull();
    expect(await codeOf(credentials.put("connection-1", sealed("x"), 3))).toBe("revision-conflict");
    await credentials.put("connection-1", sealed("one"), 0);
    await world.turn();
    const later = world.org().credentials;
    expect(await codeOf(later.put("connection-1", sealed("x"), 0))).toBe("revision-conflict");
    await later.put("connection-1", sealed("two"), 1);
    expect(await codeOf(later.put("connection-1", sealed("x"), 1))).toBe("revision-conflict");
    await world.turn();
    const stored = await world.org().credentials.get("connection-1");
    expect([opened(stored?.sealed), stored?.generation]).toEqual(["two", 2]);
    await world.org().credentials.remove("connection-1");
    await world.turn();
    expect(await world.org().credentials.get("connection-1")).toBeNull();
  },
};

const race: StoreCase = {
  title: "of ten replacements at the same time one wins",
  async run(world) {
    const { credentials } = await world.populate();
    await credentials.put("connection-1", sealed("first"), 0);
    const codes = await Promise.all(Array.from({ length: 10 }, (_, index) => codeOf(credentials.put("connection-1", sealed(`r${index}`), 1))));
    expect(codes.filter((code) => code === "nothing was thrown")).toHaveLength(1);
    expect(codes.filter((code) => code === "revision-conflict")).toHaveLength(9);
    await world.turn();
    const winner = codes.indexOf("nothing was thrown");
    expect(opened((await world.org().credentials.get("connection-1"))?.sealed)).toBe(`r${winner}`);
  },
};

const renewal: StoreCase = {
  title: "one worker renews a generation at a time; an exchange without an end leaves a trace",
  async run(world) {
    const { credentials } = await world.populate();
    await credentials.put("connection-1", sealed("first"), 0);
    const rights = await Promise.all(Array.from({ length: 10 }, (_, index) => credentials.claimRenewal("connection-1", 1, `w${index}`, 100, 50)));
    const [right] = rights.filter((one) => one !== null);
    expect(rights.filter((one) => one !== null)).toHaveLength(1);
    expect(right?.unfinished).toBe(false);
    const first = right?.token ?? 0;
    expect(await credentials.claimRenewal("connection-1", 2, "w", 100, 50)).toBeNull();
    // Given back before anything left: no trace.
    await credentials.releaseRenewal("connection-1", first, false);
    const second = (await credentials.claimRenewal("connection-1", 1, "w", 110, 50))?.token ?? 0;
    await credentials.beginExchange("connection-1", second, 110, 50);
    expect(await credentials.claimRenewal("connection-1", 1, "x", 159, 50)).toBeNull();
    await world.turn();
    const again = world.org().credentials;
    const third = await again.claimRenewal("connection-1", 1, "x", 160, 50);
    expect(third).toEqual({ token: second + 1, unfinished: true });
    expect(await codeOf(again.beginExchange("connection-1", second, 160, 50))).toBe("claim-lost");
    expect(await codeOf(again.finishRenewal("connection-1", second, sealed("stale"), 1))).toBe("claim-lost");
    await again.beginExchange("connection-1", second + 1, 160, 50);
    await again.finishRenewal("connection-1", second + 1, sealed("second"), 1);
    expect([(await again.get("connection-1"))?.generation, opened((await again.get("connection-1"))?.sealed)]).toEqual([2, "second"]);
    expect(await again.claimRenewal("connection-1", 1, "x", 170, 50)).toBeNull();
    expect((await again.claimRenewal("connection-1", 2, "x", 170, 50))?.unfinished).toBe(false);
  },
};

/** Sealed credentials. */
export const credentialCases: readonly StoreCase[] = [generations, race, renewal];

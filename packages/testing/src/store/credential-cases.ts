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

/** Sealed credentials. */
export const credentialCases: readonly StoreCase[] = [generations, race];

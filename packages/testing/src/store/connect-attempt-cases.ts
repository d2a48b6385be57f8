import { expect } from "vitest";
import type { ConnectAttempt } from "@kalends/model";
import { codeOf, type StoreCase } from "./store-world.ts";

const attempt = (state: string, over: Partial<ConnectAttempt> = {}): ConnectAttempt => ({
  stateDigest: state, bindingDigest: `browser of ${state}`, accountId: "account-1", provider: "google", redirectUri: "https://app.example/callback",
  scopes: ["openid", "calendar"], issuer: "https://issuer.example", issuerPromised: true, connectionId: null, returnTo: null,
  verifier: new Uint8Array([1, 0, 255]), createdAt: 10, expiresAt: 100, ...over,
});

const once: StoreCase = {
  title: "an attempt is taken once, by its own browser, before its end",
  async run(world) {
    const { connectAttempts } = await world.populate();
    const reconnect = attempt("s-1", { connectionId: "connection-1", returnTo: "https://app.example/done", issuer: null, issuerPromised: false });
    await connectAttempts.add(reconnect);
    await connectAttempts.add(attempt("s-2"));
    expect(await codeOf(connectAttempts.add(attempt("s-2")))).toBe("already-exists");
    expect(await codeOf(connectAttempts.add(attempt("s-3", { accountId: "unknown" })))).toBe("not-found");
    await world.turn();
    const later = world.org().connectAttempts;
    expect(await later.take("s-1", "browser of s-2", 50)).toBeNull();
    expect(await later.take("s-2", "browser of s-2", 100)).toBeNull();
    expect(await later.take("unknown", "browser of s-1", 50)).toBeNull();
    const taken = await Promise.all(Array.from({ length: 10 }, () => later.take("s-1", "browser of s-1", 99)));
    const got = taken.filter((one) => one !== null);
    expect(got).toHaveLength(1);
    expect({ ...got[0], verifier: [...(got[0]?.verifier ?? [])] }).toEqual({ ...reconnect, verifier: [1, 0, 255] });
    await world.turn();
    expect(await world.org().connectAttempts.take("s-1", "browser of s-1", 50)).toBeNull();
  },
};

const swept: StoreCase = {
  title: "attempts that ran out go when a new one comes, and no organization takes another one's",
  async run(world) {
    const org = await world.populate();
    const other = await world.populate("org-b");
    await org.connectAttempts.add(attempt("s-1"));
    await other.connectAttempts.add(attempt("s-4"));
    await org.connectAttempts.add(attempt("s-2", { createdAt: 100, expiresAt: 200 }));
    // The same digest is free again: its row is gone.
    await org.connectAttempts.add(attempt("s-1", { createdAt: 100, expiresAt: 200 }));
    await world.turn();
    expect(await world.org("org-b").connectAttempts.take("s-2", "browser of s-2", 150)).toBeNull();
    expect(await world.org("org-b").connectAttempts.take("s-4", "browser of s-4", 50)).toMatchObject({ stateDigest: "s-4" });
    expect(await world.org().connectAttempts.take("s-2", "browser of s-2", 150)).toMatchObject({ stateDigest: "s-2", scopes: ["openid", "calendar"] });
  },
};

/** Users on their way back from a provider. */
export const connectAttemptCases: readonly StoreCase[] = [once, swept];

import { expect } from "vitest";
import type { Invitation } from "@kalends/model";
import { codeOf, type StoreCase } from "./store-world.ts";

const host = { actor: "host", now: 10 };

const invitation = (id: string, over: Partial<Invitation> = {}): Invitation => ({
  id, role: "member", digest: `digest of ${id}`, invitedBy: null, createdAt: 10, expiresAt: 100, usedAt: null, usedBy: null, revokedAt: null, ...over,
});

const people: StoreCase = {
  title: "members come and go; the last owner stays",
  async run(world) {
    const org = await world.populate();
    await org.members.add({ id: "ada", role: "owner", joinedAt: 1 }, host);
    await org.members.add({ id: "bob", role: "member", joinedAt: 2 }, host);
    expect(await codeOf(org.members.add({ id: "bob", role: "owner", joinedAt: 3 }, host))).toBe("already-exists");
    expect(await codeOf(org.members.setRole("ada", "member", host))).toBe("last-owner");
    expect(await codeOf(org.members.remove("ada", host))).toBe("last-owner");
    expect(await codeOf(org.members.remove("eve", host))).toBe("not-found");
    await org.members.setRole("bob", "owner", host);
    await org.members.remove("ada", host);
    await world.turn();
    expect(await world.org().members.list()).toEqual([{ id: "bob", role: "owner", joinedAt: 2 }]);
    expect(await world.org().members.find("ada")).toBeNull();
    const log = (await world.org().audit.read(0, 10)).filter(({ action }) => action === "change-role");
    expect(log.map(({ subject, detail }) => `${subject} ${detail}`)).toEqual(["ada joined as owner", "bob joined as member", "bob member -> owner", "ada owner left"]);
  },
};

const invitations: StoreCase = {
  title: "an invitation lets one person in, once, before its end",
  async run(world) {
    const org = await world.populate();
    for (const id of ["inv-1", "inv-2", "inv-3"]) await org.members.addInvitation(invitation(id), host);
    const tries = await Promise.all(["ada", "bob", "eve"].map((id) => org.members.redeem("digest of inv-1", id, 99)));
    expect(tries.filter((member) => member !== null)).toHaveLength(1);
    await org.members.revokeInvitation("inv-2", host);
    expect(await codeOf(org.members.revokeInvitation("unknown", host))).toBe("not-found");
    await world.turn();
    const { members } = world.org();
    expect(await members.redeem("digest of inv-1", "kim", 99)).toBeNull();
    expect(await members.redeem("digest of inv-2", "kim", 99)).toBeNull();
    expect(await members.redeem("digest of inv-3", "kim", 100)).toBeNull();
    expect(await members.redeem("digest of inv-3", tries.find((member) => member !== null)?.id ?? "", 99)).toBeNull();
    expect(await members.redeem("digest of inv-3", "kim", 99)).toEqual({ id: "kim", role: "member", joinedAt: 99 });
    expect((await members.listInvitations()).map(({ id, usedBy, revokedAt }) => [id, usedBy !== null, revokedAt])).toEqual([["inv-1", true, null], ["inv-2", false, 10], ["inv-3", true, null]]);
    await world.store.addOrganization({ id: "org-b", name: "B", createdAt: 1 });
    await members.addInvitation(invitation("inv-4"), host);
    expect(await world.org("org-b").members.redeem("digest of inv-4", "zoe", 50)).toBeNull();
    expect(await world.org("org-b").members.list()).toEqual([]);
  },
};

/** People of an organization. */
export const memberCases: readonly StoreCase[] = [people, invitations];

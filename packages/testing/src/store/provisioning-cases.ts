import { expect } from "vitest";
import type { ProvisionedGroup, ProvisionedUser } from "@kalends/model";
import { codeOf, type StoreCase, type StoreWorld } from "./store-world.ts";

const acting = { actor: "host", now: 10 };

const user = (accountId: string, over: Partial<ProvisionedUser> = {}): ProvisionedUser => ({
  accountId, userName: `name of ${accountId}`, externalId: null, active: true, attributes: "{}", createdAt: 10, changedAt: 10, version: 1, ...over,
});

const group = (id: string, memberIds: string[], over: Partial<ProvisionedGroup> = {}): ProvisionedGroup => ({
  id, displayName: `group ${id}`, externalId: null, memberIds, attributes: "{}", createdAt: 10, changedAt: 10, version: 1, ...over,
});

async function addAccounts(world: StoreWorld, ids: readonly string[], organizationId = "org-a"): Promise<void> {
  const base = { organizationId, externalId: null, displayName: null, timeZone: "UTC", createdAt: 1 };
  for (const id of ids) await world.org(organizationId).directory.addAccount({ ...base, id });
}

const users: StoreCase = {
  title: "a user is kept once per account and name, found by name and external id, and changed at its version only",
  async run(world) {
    const org = await world.populate();
    await addAccounts(world, ["acc-x", "acc-y"]);
    const { provisioning } = org;
    await provisioning.addUser(user("acc-x", { externalId: "e-1", attributes: '{"a":1}' }), acting);
    expect(await codeOf(provisioning.addUser(user("acc-x", { userName: "other" }), acting))).toBe("already-exists");
    expect(await codeOf(provisioning.addUser(user("acc-y", { userName: "name of acc-x" }), acting))).toBe("already-exists");
    expect(await codeOf(provisioning.addUser(user("acc-unknown"), acting))).toBe("not-found");
    await provisioning.addUser(user("acc-y", { externalId: "e-1" }), acting);
    await world.turn();
    const again = world.org().provisioning;
    expect(await again.findUser("acc-x")).toEqual(user("acc-x", { externalId: "e-1", attributes: '{"a":1}' }));
    expect((await again.findUserByName("name of acc-y"))?.accountId).toBe("acc-y");
    expect(await again.findUserByName("nobody")).toBeNull();
    expect((await again.findUsersByExternalId("e-1")).map(({ accountId }) => accountId)).toEqual(["acc-x", "acc-y"]);
    expect(await again.countUsers()).toBe(2);
    expect((await again.listUsers({ after: null, limit: 1 })).map(({ accountId }) => accountId)).toEqual(["acc-x"]);
    expect((await again.listUsers({ after: null, offset: 1, limit: 5 })).map(({ accountId }) => accountId)).toEqual(["acc-y"]);
    expect((await again.listUsers({ after: "acc-x", limit: 5 })).map(({ accountId }) => accountId)).toEqual(["acc-y"]);
    expect(await codeOf(again.replaceUser(user("acc-x", { version: 3 }), 2, [], acting))).toBe("revision-conflict");
    expect(await codeOf(again.replaceUser(user("acc-x", { userName: "name of acc-y", version: 2 }), 1, [], acting))).toBe("already-exists");
    expect(await codeOf(again.replaceUser(user("acc-z", { version: 2 }), 1, [], acting))).toBe("not-found");
  },
};

const ending: StoreCase = {
  title: "deactivating and removing a user queue their job in the same transaction, with an audit line",
  async run(world) {
    const org = await world.populate();
    await addAccounts(world, ["acc-x", "acc-y"]);
    for (const id of ["acc-x", "acc-y"]) await org.provisioning.addUser(user(id), acting);
    await org.provisioning.addGroup(group("g-1", ["acc-x", "acc-y"]), acting);
    const job = (subject: string) => ({ kind: "deprovision-account" as const, subject, runAt: 5 });
    const off = user("acc-x", { active: false, version: 2 });
    for (let statement = 1; ; statement += 1) {
      if ((await world.failingAt(statement, () => org.provisioning.replaceUser(off, 1, [job("acc-x")], acting))) === null) break;
      expect((await org.provisioning.findUser("acc-x"))?.active).toBe(true);
      expect(await org.jobs.dueAt("deprovision-account", "acc-x")).toBeNull();
    }
    await org.provisioning.removeUser("acc-y", [job("acc-y")], acting);
    expect(await codeOf(org.provisioning.removeUser("acc-y", [], acting))).toBe("not-found");
    await world.turn();
    const again = world.org();
    expect(await again.provisioning.findUser("acc-x")).toEqual(off);
    expect(await again.provisioning.findUser("acc-y")).toBeNull();
    expect((await again.provisioning.findGroup("g-1"))?.memberIds).toEqual(["acc-x"]);
    expect(await again.directory.findAccount("acc-y")).not.toBeNull();
    for (const id of ["acc-x", "acc-y"]) expect(await again.jobs.dueAt("deprovision-account", id)).toBe(5);
    const lines = (await again.audit.read(0, 100)).filter(({ action }) => action === "provision").map(({ detail }) => detail);
    expect(lines).toEqual([
      "user provisioned, active", "user provisioned, active", "group provisioned, 2 members", "user changed, deactivated", "user removed",
    ]);
  },
};

const groups: StoreCase = {
  title: "groups hold provisioned users only, under a name of their own",
  async run(world) {
    const org = await world.populate();
    await addAccounts(world, ["acc-x", "acc-y"]);
    for (const id of ["acc-x", "acc-y"]) await org.provisioning.addUser(user(id), acting);
    const { provisioning } = org;
    expect(await codeOf(provisioning.addGroup(group("g-1", ["account-1"]), acting))).toBe("not-found");
    expect(await provisioning.findGroup("g-1")).toBeNull();
    await provisioning.addGroup(group("g-1", ["acc-x", "acc-y"]), acting);
    await provisioning.addGroup(group("g-2", []), acting);
    expect(await codeOf(provisioning.addGroup(group("g-3", [], { displayName: "group g-1" }), acting))).toBe("already-exists");
    await provisioning.replaceGroup(group("g-1", ["acc-y"], { version: 2 }), 1, acting);
    expect(await codeOf(provisioning.replaceGroup(group("g-1", [], { version: 2 }), 1, acting))).toBe("revision-conflict");
    expect(await codeOf(provisioning.replaceGroup(group("g-2", [], { displayName: "group g-1", version: 2 }), 1, acting))).toBe("already-exists");
    await provisioning.replaceGroup(group("g-2", ["acc-x", "acc-y"], { version: 2 }), 1, acting);
    await world.turn();
    const again = world.org().provisioning;
    expect(await again.findGroupByName("group g-1")).toEqual(group("g-1", ["acc-y"], { version: 2 }));
    expect(await again.countGroups()).toBe(2);
    expect((await again.groupsOf("acc-y")).map(({ id, memberIds }) => [id, memberIds])).toEqual([["g-1", []], ["g-2", []]]);
    expect((await again.listGroups({ after: "g-1", limit: 9 })).map(({ id, memberIds }) => [id, memberIds])).toEqual([["g-2", ["acc-x", "acc-y"]]]);
    expect((await again.listGroups({ after: null, offset: 1, limit: 9 })).map(({ id }) => id)).toEqual(["g-2"]);
    await again.removeGroup("g-2", acting);
    expect(await codeOf(again.removeGroup("g-2", acting))).toBe("not-found");
    expect((await again.groupsOf("acc-x"))).toEqual([]);
  },
};

const walls: StoreCase = {
  title: "another organization's users and groups are unknown, and their names are free",
  async run(world) {
    await world.populate();
    await world.populate("org-b");
    await addAccounts(world, ["acc-x"]);
    await addAccounts(world, ["acc-x"], "org-b");
    await world.org().provisioning.addUser(user("acc-x", { externalId: "e-1" }), acting);
    await world.org().provisioning.addGroup(group("g-1", ["acc-x"]), acting);
    await world.turn();
    const other = world.org("org-b").provisioning;
    expect([await other.findUser("acc-x"), await other.findUserByName("name of acc-x"), await other.findGroup("g-1")]).toEqual([null, null, null]);
    expect([await other.findUsersByExternalId("e-1"), await other.groupsOf("acc-x"), await other.countUsers()]).toEqual([[], [], 0]);
    expect(await codeOf(other.removeGroup("g-1", acting))).toBe("not-found");
    expect(await codeOf(other.addGroup(group("g-1", ["acc-x"]), acting))).toBe("not-found");
    await other.addUser(user("acc-x"), acting);
    await other.addGroup(group("g-1", ["acc-x"]), acting);
    expect((await world.org().provisioning.findGroup("g-1"))?.memberIds).toEqual(["acc-x"]);
  },
};

/** Users and groups that identity providers keep. */
export const provisioningCases: readonly StoreCase[] = [users, ending, groups, walls];

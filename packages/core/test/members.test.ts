import { describe, expect, test } from "vitest";
import {
  actions, applicationActions, applicationReadActions, defaultRoleActions, mayDo, memberActions, organizationActions,
  provisioningActions, type RoleActions,
} from "@kalends/core";
import { roles, type Role } from "@kalends/model";
import { openTestEngine } from "./open-test-engine.ts";

const dayMs = 86_400_000;

describe("invitations", () => {
  test("one person, once: of two at the same moment one gets in, also from another process", async () => {
    const t = await openTestEngine();
    const other = await t.another("second");
    const { code } = await t.organization.members.invite({ role: "member" });
    const results = await Promise.allSettled([...Array(10).keys()].map((index) => (index % 2 === 0 ? t.organization : other).members.redeem(code, `person-${index}`)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await t.organization.members.list()).toHaveLength(1);
    await t.store.close();
  });

  test("unknown, used, revoked, expired and foreign codes are answered with the same words", async () => {
    const t = await openTestEngine();
    const { members } = t.organization;
    const elsewhere = (await (await t.engine.openOrganization("elsewhere")).members.invite({ role: "owner" })).code;
    const used = await members.invite({ role: "member" });
    await members.redeem(used.code, "ada");
    const revoked = await members.invite({ role: "member" });
    await members.revokeInvitation(revoked.id);
    const expired = await members.invite({ role: "member", expiresInMs: dayMs });
    const last = await members.invite({ role: "member", expiresInMs: dayMs + 1 });
    await t.clock.advance(dayMs);
    const answers = new Set<string>();
    for (const code of ["", "kinv_x", elsewhere, used.code, revoked.code, expired.code]) {
      const answer = await members.redeem(code, "bob").then(
        () => "let in",
        (thrown: { code: string; message: string }) => JSON.stringify([thrown.code, thrown.message]),
      );
      answers.add(answer);
    }
    expect([...answers]).toEqual(['["invitation-invalid","The invitation is unknown, used or expired"]']);
    // One millisecond before its end it is good.
    expect((await members.redeem(last.code, "bob")).role).toBe("member");
    await t.store.close();
  });

  test("who is a member already uses nothing up", async () => {
    const t = await openTestEngine();
    const { members } = t.organization;
    await members.add("ada", "owner");
    const { code } = await members.invite({ role: "member" });
    await expect(members.redeem(code, "ada")).rejects.toMatchObject({ code: "invitation-invalid" });
    expect((await members.redeem(code, "bob")).role).toBe("member");
    expect((await members.find("ada"))?.role).toBe("owner");
    await t.store.close();
  });

  test("the code is stored nowhere, and each is new", async () => {
    const t = await openTestEngine();
    const made = await Promise.all([...Array(20).keys()].map(() => t.organization.members.invite({ role: "member" })));
    expect(new Set(made.map(({ code }) => code)).size).toBe(20);
    const told = JSON.stringify([await t.store.organization("org").members.listInvitations(), await t.organization.audit.read(0)]);
    for (const { code } of made) expect(told.includes(code.slice(5))).toBe(false);
    expect(JSON.stringify(await t.organization.members.listInvitations())).not.toContain("digest");
    await t.store.close();
  });
});

describe("roles", () => {
  test("the table answers for every role and action, and for nothing else", () => {
    for (const role of roles) {
      expect(Object.keys(defaultRoleActions[role]).sort()).toEqual([...actions].sort());
      for (const action of actions) expect(mayDo(defaultRoleActions, role, action)).toBe(defaultRoleActions[role][action]);
    }
    expect(Object.keys(defaultRoleActions).sort()).toEqual([...roles].sort());
    for (const action of actions) {
      expect(mayDo(defaultRoleActions, "owner", action)).toBe(true);
      expect(mayDo(defaultRoleActions, "somebody" as Role, action)).toBe(false);
      expect(mayDo(defaultRoleActions, "constructor" as Role, action)).toBe(false);
    }
    expect(actions.filter((action) => defaultRoleActions.member[action])).toEqual(["read-data", "sync-data", "see-members"]);
  });

  test("every method asks for its action, for both roles and for a stranger", async () => {
    const t = await openTestEngine();
    await t.organization.members.add("ada", "owner");
    await t.organization.members.add("bob", "member");
    for (const [person, role] of [["ada", "owner"], ["bob", "member"], ["eve", null]] as const) {
      const acting = t.organization.actingAs(person);
      const rooms = [
        [acting, organizationActions], [acting.applications, applicationActions], [acting.members, memberActions],
        [acting.provisioning, provisioningActions],
        [acting.application("app_default"), applicationReadActions],
      ] as const;
      for (const [room, table] of rooms) {
        for (const [name, action] of Object.entries(table)) {
          // Owners could do what they ask, so only what is refused is called.
          if (action === null || (role !== null && defaultRoleActions[role][action])) continue;
          const call = (room as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>)[name];
          await expect(call?.("x", "y"), `${person} ${name}`).rejects.toMatchObject({ code: "not-authorized" });
        }
      }
    }
    await t.store.close();
  });

  test("a role counts at the moment of the call, names the member in the log, and turns into no other", async () => {
    const t = await openTestEngine();
    await t.organization.members.add("ada", "owner");
    const ada = t.organization.actingAs("ada");
    await ada.members.add("bob", "member");
    const bob = t.organization.actingAs("bob");
    await expect(bob.members.invite({ role: "owner" })).rejects.toMatchObject({ code: "not-authorized" });
    expect(() => bob.actingAs("ada")).toThrow("may not act as another");
    await ada.members.setRole("bob", "owner");
    await bob.members.remove("ada");
    await expect(ada.listAccounts()).rejects.toMatchObject({ code: "not-authorized" });
    await expect(bob.members.remove("bob")).rejects.toMatchObject({ code: "last-owner" });
    await expect(bob.members.setRole("bob", "member")).rejects.toMatchObject({ code: "last-owner" });
    const log = (await t.organization.audit.read(0)).filter(({ action }) => action === "change-role");
    expect(log.map(({ actor, subject, detail }) => `${actor}: ${subject} ${detail}`)).toEqual([
      "host: ada joined as owner", "ada: bob joined as member", "ada: bob member -> owner", "bob: ada owner left",
    ]);
    await t.store.close();
  });

  test("the host may put another table in its place", async () => {
    const strict: RoleActions = { ...defaultRoleActions, member: { ...defaultRoleActions.member, "read-data": false } };
    const t = await openTestEngine({ roleActions: strict });
    await t.organization.members.add("bob", "member");
    await expect(t.organization.actingAs("bob").listAccounts()).rejects.toMatchObject({ code: "not-authorized" });
    await t.store.close();
  });
});

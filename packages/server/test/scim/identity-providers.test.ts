import { describe, expect, test } from "vitest";
import { openScimWorld, type ScimWorld } from "./scim-world.ts";

// What the documentation of three identity providers says that they send. The names are ours.

const patchOf = (...operations: object[]): object => ({ schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: operations });
const activeRights = async (world: ScimWorld, accountId: string): Promise<number> =>
  (await world.org.applications.listAuthorizations({ accountId })).filter(({ state }) => state === "active").length;

async function withWorld(run: (world: ScimWorld) => Promise<void>): Promise<void> {
  const world = await openScimWorld();
  try {
    await run(world);
  } finally {
    await world.close();
  }
}

describe("Okta", () => {
  const ada = {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], userName: "ada.l@example.test", name: { givenName: "Ada", familyName: "Lovelace" },
    emails: [{ primary: true, value: "ada.l@example.test", type: "work" }], displayName: "Ada Lovelace", locale: "en-US", externalId: "00u1", groups: [],
    password: "1mz050nq", active: true,
  };

  test("tests the connection, looks a user up, creates, updates by PUT, deactivates by PATCH, activates again", async () => {
    await withWorld(async (world) => {
      const empty = await world.send("GET", "/Users?startIndex=1&count=2");
      expect([empty.status, empty.body.totalResults, empty.body.Resources]).toEqual([200, 0, []]);
      expect((await world.send("GET", '/Users?filter=userName%20eq%20%22ada.l%40example.test%22&startIndex=1&count=100')).body.totalResults).toBe(0);
      const created = await world.send("POST", "/Users", ada);
      expect(created.status).toBe(201);
      expect(created.headers.get("location")).toBe(`https://app.example.test/scim/v2/Users/${created.body.id}`);
      expect(created.body).toMatchObject({ userName: "ada.l@example.test", externalId: "00u1", active: true, name: { familyName: "Lovelace" } });
      expect(JSON.stringify(created.body)).not.toContain("1mz050nq");
      const { id } = created.body;
      const account = await world.org.findAccount(id);
      expect([account?.externalId, account?.displayName]).toEqual(["00u1", "Ada Lovelace"]);
      expect((await world.send("POST", "/Users", { ...ada, externalId: "00u2" })).body).toMatchObject({ status: "409", scimType: "uniqueness" });
      const found = await world.send("GET", '/Users?filter=userName+eq+"ADA.L@example.test"');
      expect(found.body.Resources.map((user: { id: string }) => user.id)).toEqual([id]);

      const connectionId = await world.connect(id);
      const put = await world.send("PUT", `/Users/${id}`, { ...ada, id, name: { givenName: "Ada", familyName: "King" } });
      expect([put.status, put.body.name.familyName, put.body.active]).toEqual([200, "King", true]);
      const off = await world.send("PATCH", `/Users/${id}`, patchOf({ op: "replace", value: { active: false } }));
      expect([off.status, off.body.active]).toEqual([200, false]);
      expect(await activeRights(world, id)).toBe(0);
      expect(await world.store.organization("org-a").credentials.get(connectionId)).toBeNull();
      // Okta reads a deactivated user again.
      expect((await world.send("GET", `/Users/${id}`)).body).toMatchObject({ active: false, name: { familyName: "King" } });
      const on = await world.send("PATCH", `/Users/${id}`, patchOf({ op: "replace", value: { active: true } }));
      expect([on.status, on.body.active]).toEqual([200, true]);
      expect(await world.store.organization("org-a").credentials.get(connectionId)).toBeNull();
      expect((await world.org.listConnections(id)).map(({ state }) => state)).toEqual(["suspended"]);
    });
  });

  test("pushes a group, renames it, adds, removes and replaces members, deletes it", async () => {
    await withWorld(async (world) => {
      const ids: string[] = [];
      for (const userName of ["a", "b", "c"]) ids.push((await world.send("POST", "/Users", { schemas: ada.schemas, userName })).body.id);
      const [a, b, c] = ids as [string, string, string];
      const group = await world.send("POST", "/Groups", { schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"], displayName: "Engines", members: [] });
      expect(group.status).toBe(201);
      const path = `/Groups/${group.body.id}`;
      await world.send("PATCH", path, patchOf({ op: "replace", value: { id: group.body.id, displayName: "Analytical engines" } }));
      await world.send("PATCH", path, patchOf({ op: "add", path: "members", value: [{ value: a, display: "a" }, { value: b, display: "b" }] }));
      await world.send("PATCH", path, patchOf({ op: "remove", path: `members[value eq "${a}"]` }, { op: "add", path: "members", value: [{ value: c }] }));
      const read = await world.send("GET", path);
      expect(read.body).toMatchObject({ displayName: "Analytical engines" });
      expect(read.body.members.map(({ value }: { value: string }) => value).sort()).toEqual([b, c].sort());
      expect((await world.send("GET", `/Users/${b}`)).body.groups).toMatchObject([{ value: group.body.id, display: "Analytical engines" }]);
      await world.send("PATCH", path, patchOf({ op: "replace", path: "members", value: [{ value: a }] }));
      expect((await world.send("GET", path)).body.members.map(({ value }: { value: string }) => value)).toEqual([a]);
      expect((await world.send("GET", '/Groups?filter=displayName eq "analytical ENGINES"')).body.totalResults).toBe(1);
      expect((await world.send("DELETE", path)).status).toBe(204);
      expect((await world.send("GET", path)).status).toBe(404);
    });
  });
});

describe("Entra ID", () => {
  const grace = {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"], externalId: "0a21f0f2-8d2a",
    userName: "grace@example.test", active: true, addresses: null, displayName: "Grace", emails: null, meta: { resourceType: "User" },
    name: { formatted: "Grace Hopper", familyName: "Hopper", givenName: "Grace" }, phoneNumbers: null, roles: [], title: null,
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { department: "Navy", manager: null },
  };

  test("creates, patches with capital words, paths with filters that match nothing yet, the enterprise extension, and texts for booleans", async () => {
    await withWorld(async (world) => {
      const { body: created, status } = await world.send("POST", "/Users", grace);
      expect(status).toBe(201);
      expect(created["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]).toEqual({ department: "Navy" });
      const path = `/Users/${created.id}`;
      const patched = await world.send("PATCH", path, patchOf(
        { op: "Add", path: 'emails[type eq "work"].value', value: "grace@example.test" },
        { op: "Add", path: 'emails[type eq "work"].primary', value: "True" },
        { op: "Replace", path: "name.familyName", value: "Murray" },
        { op: "Add", path: 'phoneNumbers[type eq "mobile"].value', value: "+1 555" },
        { op: "Replace", path: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", value: "Fleet" },
        { op: "Add", path: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", value: "acc_manager" },
      ));
      expect(patched.status).toBe(200);
      expect(patched.body).toMatchObject({
        emails: [{ type: "work", value: "grace@example.test", primary: true }], phoneNumbers: [{ type: "mobile", value: "+1 555" }], name: { familyName: "Murray" },
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { department: "Fleet", manager: { value: "acc_manager" } },
      });
      await world.send("PATCH", path, patchOf({ op: "Replace", path: 'emails[type eq "work"].value', value: "new@example.test" }, { op: "Replace", value: { displayName: "G", "name.givenName": "Gr" } }));
      expect((await world.send("GET", path)).body).toMatchObject({ emails: [{ value: "new@example.test" }], displayName: "G", name: { givenName: "Gr" } });
      expect((await world.send("GET", '/Users?filter=externalId eq "0a21f0f2-8d2a"')).body.totalResults).toBe(1);
      expect((await world.send("GET", '/Users?filter=emails[type eq "work" and value eq "NEW@example.test"]')).body.totalResults).toBe(1);

      await world.connect(created.id);
      const off = await world.send("PATCH", path, patchOf({ op: "Replace", path: "active", value: "False" }));
      expect([off.status, off.body.active, await activeRights(world, created.id)]).toEqual([200, false, 0]);
      // Removed for good 30 days later.
      expect((await world.send("DELETE", path)).status).toBe(204);
      expect((await world.send("GET", path)).status).toBe(404);
      expect((await world.send("GET", '/Users?filter=userName eq "grace@example.test"')).body.totalResults).toBe(0);
    });
  });

  test("members come and go with a $ref of null, and groups are asked for without their members", async () => {
    await withWorld(async (world) => {
      const { id } = (await world.send("POST", "/Users", grace)).body;
      const group = (await world.send("POST", "/Groups", { schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"], externalId: "8aa1a0c0", displayName: "G", meta: { resourceType: "Group" } })).body;
      await world.send("PATCH", `/Groups/${group.id}`, patchOf({ op: "Add", path: "members", value: [{ $ref: null, value: id }] }));
      expect((await world.send("GET", `/Groups/${group.id}`)).body.members).toMatchObject([{ value: id }]);
      const short = await world.send("GET", `/Groups?excludedAttributes=members&filter=displayName eq "G"`);
      expect(short.body.Resources).toHaveLength(1);
      expect(short.body.Resources[0]).not.toHaveProperty("members");
      await world.send("PATCH", `/Groups/${group.id}`, patchOf({ op: "Remove", path: "members", value: [{ $ref: null, value: id }] }));
      expect((await world.send("GET", `/Groups/${group.id}`)).body).not.toHaveProperty("members");
    });
  });
});

describe("OneLogin", () => {
  test("creates, finds by user name, updates by PATCH and by PUT, suspends and deletes", async () => {
    await withWorld(async (world) => {
      const schemas = ["urn:ietf:params:scim:schemas:core:2.0:User"];
      const user = { schemas, userName: "linus", name: { familyName: "P", givenName: "L", formatted: "L P" }, emails: [{ value: "linus@example.test", type: "work", primary: true }], active: true };
      const { id } = (await world.send("POST", "/Users", user)).body;
      expect((await world.send("GET", '/Users?filter=userName eq "linus"')).body.Resources[0].id).toBe(id);
      const patched = await world.send("PATCH", `/Users/${id}`, patchOf({ op: "replace", path: "name.givenName", value: "Li" }, { op: "replace", path: "userName", value: "linus.p" }));
      expect([patched.body.name.givenName, patched.body.userName]).toEqual(["Li", "linus.p"]);
      expect((await world.send("PUT", `/Users/${id}`, { ...user, id, userName: "linus.p", active: false })).body.active).toBe(false);
      expect(await activeRights(world, id)).toBe(0);
      expect((await world.send("DELETE", `/Users/${id}`)).status).toBe(204);
      expect((await world.send("DELETE", `/Users/${id}`)).status).toBe(404);
    });
  });
});

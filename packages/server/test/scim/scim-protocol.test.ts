import fc from "fast-check";
import { Constants, Resource } from "@braveulysses/scim2";
import Patch from "@braveulysses/scim2/dist/Patch.js";
import { expect, test } from "vitest";
import { seededRandom } from "@kalends/testing";
import { newScimToken, scimTokens } from "../../src/index.ts";
import { address, openScimWorld } from "./scim-world.ts";

const userSchema = "urn:ietf:params:scim:schemas:core:2.0:User";
const patchOf = (...operations: unknown[]): object => ({ schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: operations });

test("a public client library provisions, patches and deprovisions", async () => {
  const world = await openScimWorld();
  const created = await world.send("POST", "/Users", { schemas: [userSchema], userName: "ada", emails: [{ value: "a@example.test", type: "work" }] }, { accept: Constants.SCIM_MEDIA_TYPE });
  const user = new Resource(created.body);
  expect([user.schemas(), user.get("userName"), user.get('emails[type eq "work"]')]).toMatchObject([[userSchema], "ada", { value: "a@example.test" }]);
  expect(user.meta()).toMatchObject({ resourceType: "User", location: `${address}/Users/${user.id()}` });
  const request = Patch.patchRequest(Patch.addOperation("emails", [{ value: "b@example.test", type: "home" }]), Patch.replaceOperation("displayName", "Ada"));
  const patched = new Resource((await world.send("PATCH", `/Users/${user.id()}`, request)).body);
  expect([patched.get("displayName"), patched.get("emails").length]).toEqual(["Ada", 2]);
  await world.send("PATCH", `/Users/${user.id()}`, Patch.patchRequest(Patch.replaceOperation(undefined, { active: false })));
  expect(new Resource((await world.send("GET", `/Users/${user.id()}`)).body).get("active")).toBe(false);
  // What says nothing of it lets nobody in again. (This library leaves a value of `false` out where there is a path.)
  await world.send("PATCH", `/Users/${user.id()}`, Patch.patchRequest(Patch.replaceOperation("active", false), Patch.replaceOperation("title", "x")));
  await world.send("PUT", `/Users/${user.id()}`, { schemas: [userSchema], userName: "ada" });
  expect(new Resource((await world.send("GET", `/Users/${user.id()}`)).body).get("active")).toBe(false);
  await world.close();
});

test("the service describes itself", async () => {
  const world = await openScimWorld();
  expect((await world.send("GET", "/ServiceProviderConfig")).body).toMatchObject({ patch: { supported: true }, bulk: { supported: false }, etag: { supported: true } });
  expect((await world.send("GET", "/ResourceTypes")).body.Resources.map(({ id }: { id: string }) => id)).toEqual(["User", "Group"]);
  const schemas = (await world.send("GET", "/Schemas")).body.Resources;
  expect(schemas.map(({ id }: { id: string }) => id)).toEqual([userSchema, "urn:ietf:params:scim:schemas:core:2.0:Group", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]);
  expect(schemas[0].attributes.map(({ name }: { name: string }) => name)).not.toContain("password");
  expect((await world.send("GET", `/Schemas/${userSchema}`)).body).toMatchObject({ id: userSchema, name: "User" });
  for (const [method, path, status] of [["GET", "/Me", 501], ["POST", "/Bulk", 501], ["DELETE", "/Schemas", 405], ["GET", "/Other", 404], ["PATCH", "/Users", 405], ["GET", "/Schemas/x", 404], ["GET", "/Users/a/b", 404], ["GET", "/Users/%ZZ", 404]] as const) {
    expect((await world.send(method, path)).status, `${method} ${path}`).toBe(status);
  }
  await world.close();
});

test("without a token, with a wrong one, and with a token in the wrong place: one answer", async () => {
  const world = await openScimWorld();
  const answers = new Set<string>();
  for (const headers of [{}, { authorization: "Bearer " }, { authorization: "Bearer kscim_wrong-wrong-wrong" }, { authorization: "Basic YTpi" }, { authorization: `Bearer ${"x".repeat(5_000)}` }] as Record<string, string>[]) {
    const response = await world.handle(new Request(`${address}/Users`, { headers }));
    answers.add(`${response.status} ${await response.text()} ${response.headers.get("www-authenticate")}`);
  }
  expect([...answers]).toEqual(['401 {"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"401","detail":"A bearer token is needed"} Bearer realm="scim"']);
  const { token, digest } = newScimToken(seededRandom(3));
  expect(scimTokens({ [digest]: "org" })(new Request(address, { headers: { authorization: `bearer ${token}` } }))).toBe("org");
  expect(() => scimTokens({ [token]: "org" })).toThrow("64 hex digits");
  await world.close();
});

test("another organization's users and groups are unknown", async () => {
  const world = await openScimWorld();
  const { id } = (await world.send("POST", "/Users", { schemas: [userSchema], userName: "ada", externalId: "e-1" })).body;
  const group = (await world.send("POST", "/Groups", { displayName: "G", members: [{ value: id }] })).body;
  const unknown = (await world.sendAsOther("GET", "/Users/acc_unknown")).body;
  for (const [method, path, body] of [
    ["GET", `/Users/${id}`], ["DELETE", `/Users/${id}`], ["GET", `/Groups/${group.id}`], ["DELETE", `/Groups/${group.id}`],
    ["PUT", `/Users/${id}`, { userName: "x" }], ["PATCH", `/Users/${id}`, patchOf({ op: "replace", value: { active: false } })],
  ] as const) expect((await world.sendAsOther(method, path, body)).body, `${method} ${path}`).toEqual(unknown);
  for (const filter of ['userName eq "ada"', 'externalId eq "e-1"', "userName pr", `id eq "${id}"`]) {
    expect((await world.sendAsOther("GET", `/Users?filter=${encodeURIComponent(filter)}`)).body.totalResults, filter).toBe(0);
  }
  expect((await world.sendAsOther("POST", "/Groups", { displayName: "G", members: [{ value: id }] })).status).toBe(400);
  expect((await world.send("GET", `/Users/${id}`)).body.active).toBe(true);
  await world.close();
});

test("pages, counts and filters agree with a plain list", async () => {
  const world = await openScimWorld();
  for (let index = 0; index < 23; index += 1) {
    await world.send("POST", "/Users", { schemas: [userSchema], userName: `user-${index}`, title: index % 3 === 0 ? "Engineer" : "Poet", active: index % 5 !== 0 });
  }
  const seen: string[] = [];
  for (let startIndex = 1; startIndex <= 23; startIndex += 5) {
    const { body } = await world.send("GET", `/Users?startIndex=${startIndex}&count=5`);
    expect([body.totalResults, body.startIndex, body.itemsPerPage]).toEqual([23, startIndex, Math.min(5, 24 - startIndex)]);
    seen.push(...body.Resources.map(({ userName }: { userName: string }) => userName));
  }
  expect(new Set(seen).size).toBe(23);
  const total = async (filter: string): Promise<number> => (await world.send("POST", "/Users/.search", { filter, count: 3 })).body.totalResults;
  expect(await total('title eq "engineer"')).toBe(8);
  expect(await total('title eq "ENGINEER" and active eq true')).toBe(6);
  expect(await total('userName sw "USER-2"')).toBe(4);
  expect(await total('not (title eq "poet")')).toBe(8);
  expect((await world.send("GET", "/Users?count=0")).body).toMatchObject({ totalResults: 23, itemsPerPage: 0, Resources: [] });
  expect((await world.send("GET", "/Users?startIndex=-4&count=9999")).body).toMatchObject({ startIndex: 1, itemsPerPage: 23 });
  expect(Object.keys((await world.send("GET", "/Users?attributes=userName&count=1")).body.Resources[0]).sort()).toEqual(["id", "meta", "schemas", "userName"].sort());
  await world.close();
});

test("an entity tag guards a write; without one, concurrent patches all arrive", async () => {
  const world = await openScimWorld();
  const created = await world.send("POST", "/Users", { schemas: [userSchema], userName: "ada" });
  const path = `/Users/${created.body.id}`;
  const etag = created.headers.get("etag") ?? "";
  expect((await world.send("GET", path, undefined, { "if-none-match": etag })).status).toBe(304);
  expect((await world.send("PATCH", path, patchOf({ op: "replace", path: "title", value: "x" }), { "if-match": etag })).status).toBe(200);
  expect((await world.send("PATCH", path, patchOf({ op: "replace", path: "title", value: "y" }), { "if-match": etag })).status).toBe(412);
  expect((await world.send("DELETE", path, undefined, { "if-match": etag })).status).toBe(412);
  const fields = ["title", "nickName", "locale", "userType"];
  const answers = await Promise.all(fields.map((field) => world.send("PATCH", path, patchOf({ op: "replace", path: field, value: field }))));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect((await world.send("GET", path)).body).toMatchObject(Object.fromEntries(fields.map((field) => [field, field])));
  await world.close();
});

test("hostile requests are refused with a reason and change nothing", async () => {
  const world = await openScimWorld();
  const { id } = (await world.send("POST", "/Users", { schemas: [userSchema], userName: "ada" })).body;
  const path = `/Users/${id}`;
  const refused: [string, string, unknown, Record<string, string>, number][] = [
    ["POST", "/Users", "{", {}, 400],
    ["POST", "/Users", "[]", {}, 400],
    ["POST", "/Users", "null", {}, 400],
    ["POST", "/Users", { schemas: [userSchema] }, {}, 400],
    ["POST", "/Users", { schemas: ["urn:other"], userName: "x" }, {}, 400],
    ["POST", "/Users", { schemas: [userSchema], userName: "x".repeat(300) }, {}, 400],
    ["POST", "/Users", { schemas: [userSchema], userName: "x", title: "y".repeat(70_000) }, {}, 400],
    ["POST", "/Users", { schemas: [userSchema], userName: { a: 1 } }, {}, 400],
    ["POST", "/Users", "x".repeat(1024 * 1024 + 1), {}, 413],
    ["POST", "/Users", { userName: "x" }, { "content-type": "text/html" }, 415],
    ["PATCH", path, { Operations: [] }, {}, 400],
    ["PATCH", path, patchOf(), {}, 400],
    ["PATCH", path, patchOf(null), {}, 400],
    ["PATCH", path, patchOf({ op: "explode", path: "title" }), {}, 400],
    ["PATCH", path, patchOf({ op: "replace", path: "__proto__.polluted", value: true }), {}, 400],
    ["PATCH", path, patchOf({ op: "replace", path: "constructor.prototype.polluted", value: true }), {}, 400],
    ["PATCH", path, patchOf({ op: "remove", path: "userName" }), {}, 400],
    ["PATCH", path, patchOf(...Array.from({ length: 1_001 }, () => ({ op: "replace", path: "title", value: "x" }))), {}, 413],
    ["GET", "/Users?filter=userName eq", undefined, {}, 400],
    ["GET", `/Users?filter=${"(".repeat(900)}`, undefined, {}, 400],
    ["GET", `/Users?filter=${"a".repeat(1_001)}`, undefined, {}, 400],
    ["GET", "/Users?count=many", undefined, {}, 400],
    ["GET", "/Users?attributes=<script>", undefined, {}, 400],
  ];
  for (const [method, where, body, headers, status] of refused) {
    const answer = await world.send(method, where, body, headers);
    expect(answer.status, `${method} ${where} ${JSON.stringify(body)?.slice(0, 80)}`).toBe(status);
    expect(answer.body).toMatchObject({ schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"], status: String(status) });
  }
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  await world.send("POST", "/Users", '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"eve","__proto__":{"polluted":true},"name":{"__proto__":{"polluted":true}}}');
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  expect((await world.send("GET", path)).body).toMatchObject({ userName: "ada", active: true, meta: { version: 'W/"1"' } });
  await world.close();
});

test("whatever a PATCH says, the answer is SCIM and never a fault of ours", async () => {
  const world = await openScimWorld();
  const { id } = (await world.send("POST", "/Users", { schemas: [userSchema], userName: "ada" })).body;
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ depthSize: "small" }, fc.string(), fc.boolean(), fc.integer(), fc.constant(null), fc.array(tie("any"), { maxLength: 3 }), fc.dictionary(fc.string(), tie("any"), { maxKeys: 3 })),
  })).any;
  const path = fc.oneof(fc.string(), fc.constantFrom("emails", "members", 'emails[type eq "work"].value', "name.givenName", "active", "groups", "meta.version", "id", 'emails[', "urn:a:b:c", "schemas"));
  const operation = fc.record({ op: fc.constantFrom("add", "Replace", "remove"), path, value }, { requiredKeys: ["op"] });
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 4 }), async (operations) => {
      const { status } = await world.send("PATCH", `/Users/${id}`, patchOf(...operations));
      expect([200, 400, 409, 413]).toContain(status);
      expect((await world.send("GET", `/Users/${id}`)).status).toBe(200);
    }),
    { numRuns: 300, seed: 11 },
  );
  await world.close();
});

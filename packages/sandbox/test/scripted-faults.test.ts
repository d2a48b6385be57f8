import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { movableClock, startCaldavSandbox, type CaldavSandbox } from "../src/index.ts";
import { dav, event, syncBody } from "./caldav-client.ts";

const clock = movableClock();
let sandbox: CaldavSandbox;
let url: string;

beforeAll(async () => {
  sandbox = await startCaldavSandbox({ clock, users: [{ name: "ada", password: "pw" }] });
  url = sandbox.user("ada").calendar("work").url;
  sandbox.user("ada").calendar("work").put("a", event("a"));
});
afterEach(() => {
  sandbox.faults.clear();
  sandbox.forgetRequests();
});
afterAll(() => sandbox.close());

describe("scripted faults", () => {
  test("replace answers for the requests they name, as often as they say", async () => {
    sandbox.faults.next({ method: "PROPFIND", path: "/work/", times: 2, status: 503, headers: { "Retry-After": "7" } });
    sandbox.faults.next({ report: "sync-collection", body: "<html>Please log in</html>", headers: { "content-type": "text/html" } });
    expect((await dav(sandbox.url, "PROPFIND", { depth: "0" })).status).toBe(207);
    const busy = await dav(url, "PROPFIND", { depth: "0" });
    expect([busy.status, busy.headers.get("retry-after")]).toEqual([503, "7"]);
    expect((await dav(url, "PROPFIND", { depth: "0" })).status).toBe(503);
    expect((await dav(url, "PROPFIND", { depth: "0" })).status).toBe(207);
    const page = await dav(url, "REPORT", { body: syncBody("") });
    expect([page.status, page.headers.get("content-type"), page.text]).toEqual([200, "text/html", "<html>Please log in</html>"]);
    expect(sandbox.faults.waiting).toBe(0);
  });

  test("cut a connection in mid-body, and lose an answer whose write happened", async () => {
    sandbox.faults.next({ report: "sync-collection", cutAfterBytes: 120 });
    await expect(dav(url, "REPORT", { body: syncBody("") })).rejects.toThrow();
    sandbox.faults.next({ method: "PUT", cutAfterBytes: 0 });
    await expect(dav(`${url}b.ics`, "PUT", { body: event("b"), headers: { "content-type": "text/calendar" } })).rejects.toThrow();
    expect(sandbox.user("ada").calendar("work").read("b")).toBe(event("b"));
    expect(sandbox.requests.map((entry) => entry.status)).toEqual([207, null]);
  });

  test("rewrite an answer, wait by the clock, hang, and can be taken back", async () => {
    const cancel = sandbox.faults.next({ status: 500, times: Number.POSITIVE_INFINITY });
    expect((await dav(url, "PROPFIND")).status).toBe(500);
    cancel();
    sandbox.faults.next({ rewriteBody: (body) => body.replaceAll("getetag", "getnothing") });
    expect((await dav(url, "REPORT", { body: syncBody("") })).text).toContain("<D:getnothing>");
    sandbox.faults.next({ delayMs: 5_000 });
    const delayed = dav(url, "PROPFIND", { depth: "0" });
    while (clock.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(5_000);
    expect((await delayed).status).toBe(207);
    sandbox.faults.next({ hang: true });
    await expect(fetch(url, { signal: AbortSignal.timeout(200) })).rejects.toThrow();
  });
});

test("the log names requests and holds no body and no password", async () => {
  await dav(url, "REPORT", { depth: "0", body: syncBody("") });
  await dav(url, "PROPFIND", { depth: "0", login: "ada:wrong-pass" });
  const shared = { at: clock.now(), path: "/dav/calendars/ada/work/", depth: "0", fault: false };
  expect(sandbox.requests).toEqual([
    { ...shared, method: "REPORT", report: "sync-collection", user: "ada", status: 207 },
    { ...shared, method: "PROPFIND", report: null, user: null, status: 401 },
  ]);
  expect(JSON.stringify(sandbox.requests)).not.toContain("wrong-pass");
});

test("listens on the loopback interface only and frees its port when closed", async () => {
  const once = await startCaldavSandbox({ clock, users: [] });
  expect(once.url).toBe(`http://${once.allowHost}/`);
  await once.close();
  await expect(fetch(once.url)).rejects.toThrow();
  await once.close();
});

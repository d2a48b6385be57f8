import { describe, expect, test } from "vitest";
import { createServer, type ServerOptions } from "@kalends/server";
import { KalendsError } from "@kalends/model";
import { baseUrl, openStage, type Stage } from "./open-server.ts";

const done = "https://app.example/settings?tab=calendars";

/** From the link to the provider's page: where the browser is sent to, and back. */
async function begin(stage: Stage, browser = stage.browser(), query = ""): Promise<{ url: string; response: Response }> {
  const response = await browser.get(`${baseUrl}/connect/memory${query}`);
  return { url: response.headers.get("location") ?? "", response };
}

const outcomeOf = (response: Response): string => new URL(response.headers.get("location") ?? "").searchParams.get("connect") ?? "";

describe("the connect flow in a browser", () => {
  test("link, consent, callback, and back into the application by a clean address", async () => {
    const stage = await openStage({ returnAddresses: [done] });
    const browser = stage.browser();
    const { url, response } = await begin(stage, browser, `?return=${encodeURIComponent(done)}`);
    expect(response.status).toBe(303);
    const [cookie] = response.headers.getSetCookie();
    expect(cookie).toMatch(/^__Host-kalends-connect-[0-9a-f]{16}=[\w.-]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/);
    expect(new URL(url).searchParams.get("redirect_uri")).toBe(`${baseUrl}/callback/memory`);
    const back = await browser.get(stage.provider.consent.allow(url));
    expect([back.status, back.headers.get("location")]).toEqual([303, "https://app.example/settings?tab=calendars&connect=connected"]);
    expect(back.headers.get("referrer-policy")).toBe("no-referrer");
    expect(back.headers.get("cache-control")).toBe("no-store");
    expect(browser.cookies.size).toBe(0);
    expect(await stage.organization.listConnections(stage.accountId)).toMatchObject([{ state: "connected", label: "ada@example.test" }]);
    await stage.close();
  });

  test("without an address of its own the application gets a page that says what happened", async () => {
    const stage = await openStage();
    const browser = stage.browser();
    const back = await browser.get(stage.provider.consent.allow((await begin(stage, browser)).url));
    expect(back.headers.get("location")).toBe(`${baseUrl}/result?connect=connected`);
    const page = await browser.get(back.headers.get("location") ?? "");
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining("<h1>Connected</h1>")]);
    const denied = await browser.get(stage.provider.consent.deny((await begin(stage, browser)).url));
    expect(outcomeOf(denied)).toBe("consent-denied");
    expect(await (await browser.get(denied.headers.get("location") ?? "")).text()).toContain("did not allow access");
    for (const outcome of ["<script>", "constructor", "toString", ""]) {
      expect((await browser.get(`${baseUrl}/result?connect=${encodeURIComponent(outcome)}`)).status).toBe(404);
    }
    await stage.close();
  });

  test("mending in place takes the same login only", async () => {
    const stage = await openStage();
    const browser = stage.browser();
    await browser.get(stage.provider.consent.allow((await begin(stage, browser)).url));
    const [connection] = await stage.organization.listConnections();
    const link = stage.server.connectAddress("memory", { connectionId: connection?.id ?? "" });
    const asked = (await browser.get(link)).headers.get("location") ?? "";
    expect(outcomeOf(await browser.get(stage.provider.consent.allow(asked, { login: "eve@example.test" })))).toBe("account-mismatch");
    const again = (await browser.get(link)).headers.get("location") ?? "";
    expect(outcomeOf(await browser.get(stage.provider.consent.allow(again)))).toBe("connected");
    expect(await stage.organization.listConnections()).toHaveLength(1);
    await stage.close();
  });

  test("two tabs of one browser do not spoil each other's attempt", async () => {
    const stage = await openStage();
    const browser = stage.browser();
    const [first, second] = [await begin(stage, browser), await begin(stage, browser)];
    expect(browser.cookies.size).toBe(2);
    expect(outcomeOf(await browser.get(stage.provider.consent.allow(first.url)))).toBe("connected");
    expect(outcomeOf(await browser.get(stage.provider.consent.allow(second.url)))).toBe("connected");
    await stage.close();
  });

  test("who is logged in counts: nobody cannot begin, and somebody else cannot finish", async () => {
    const stage = await openStage();
    expect((await begin(stage, stage.browser(null))).response.status).toBe(401);
    const other = await stage.organization.createAccount({});
    const browser = stage.browser();
    const mine = await begin(stage, browser);
    browser.session = { ...stage.visitor, accountId: other.id };
    expect(outcomeOf(await browser.get(stage.provider.consent.allow(mine.url)))).toBe("connect-attempt-invalid");
    browser.session = stage.visitor;
    const again = await begin(stage, browser);
    browser.session = { organizationId: "elsewhere", accountId: stage.accountId };
    expect(outcomeOf(await browser.get(stage.provider.consent.allow(again.url)))).toBe("connect-attempt-invalid");
    expect(stage.provider.consent.exchanges).toBe(0);
    // A session cookie with SameSite=Strict does not come along from the provider's page: then what the browser kept decides.
    browser.session = null;
    expect(outcomeOf(await browser.get(stage.provider.consent.allow(again.url)))).toBe("connected");
    await stage.close();
  });

  test("nobody is sent to an address that the application did not name", async () => {
    const stage = await openStage({ returnAddresses: [done] });
    const bad = ["https://evil.example/", `${done}/`, `${done}&x=1`, "https://app.example/settings", "//evil.example", "javascript:alert(1)", "/settings", ""];
    for (const address of bad) expect((await begin(stage, stage.browser(), `?return=${encodeURIComponent(address)}`)).response.status).toBe(400);
    const twice = `?return=${encodeURIComponent(done)}&return=${encodeURIComponent("https://evil.example/")}`;
    expect((await begin(stage, stage.browser(), twice)).response.status).toBe(400);
    await stage.close();
  });

  test("what is not there, is not there; other methods are refused; every answer carries the safe headers", async () => {
    const stage = await openStage();
    const get = async (path: string, init: RequestInit = {}): Promise<Response> => stage.server.handle(new Request(`https://app.example${path}`, init));
    const session = { "x-session": JSON.stringify(stage.visitor) };
    const answers: [Response, number][] = [
      [await get("/"), 404], [await get("/calendars"), 404], [await get("/calendarsx/connect/memory"), 404], [await get("/calendars/connect/"), 404],
      [await get("/calendars/connect/none", { headers: session }), 404], [await get("/calendars/connect/Memory", { headers: session }), 404],
      [await get("/calendars/connect/memory?connection=con_none", { headers: session }), 404],
      [await get("/calendars/connect/memory?connection=a&connection=b", { headers: session }), 400],
      [await get("/calendars/connect/memory", { method: "POST", headers: session }), 405], [await get("/calendars/callback/memory", { method: "POST" }), 405],
      [await get("/calendars/callback/memory"), 303], [await get("/calendars/callback/memory?state=x&code=y"), 303],
    ];
    for (const [response, status] of answers) {
      expect(response.status).toBe(status);
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      expect(response.headers.get("referrer-policy")).toBe("no-referrer");
      expect(await response.text()).not.toMatch(/<script|<style|http:/i);
    }
    await stage.close();
  });

  test("a database that cannot take the attempt sends nobody anywhere", async () => {
    const stage = await openStage();
    const failing = createServer({
      engine: { ...stage.engine, findOrganization: async () => Promise.reject(new KalendsError("store-locked", "locked")) },
      baseUrl,
      whoIsIt: () => stage.visitor,
    });
    for (const path of ["/connect/memory", "/callback/memory?state=x&code=y"]) {
      const response = await failing.handle(new Request(baseUrl + path));
      expect(response.status).toBe(path.startsWith("/connect") ? 503 : 303);
    }
    await stage.close();
  });

  test("a fault at the callback leaves neither code nor state in the address, whatever it was", async () => {
    const stage = await openStage();
    const browser = stage.browser();
    const begun = await browser.get(`${baseUrl}/connect/memory`);
    const back = stage.provider.consent.allow(begun.headers.get("location") ?? "");
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const locked = async (): Promise<never> => Promise.reject(new KalendsError("store-locked", "locked"));
    const faults: [Partial<ServerOptions>, string][] = [
      [{ engine: { ...stage.engine, findOrganization: locked } }, "store-locked"],
      [{ whoIsIt: () => Promise.reject(new Error("the session store is away")) }, "internal"],
    ];
    for (const [over, code] of faults) {
      const failing = createServer({ engine: stage.engine, baseUrl, whoIsIt: () => stage.visitor, ...over });
      const response = await failing.handle(new Request(back, { headers: { cookie } }));
      expect([response.status, response.headers.get("location")]).toEqual([303, `${baseUrl}/result?connect=${code}`]);
      expect(await response.text()).toBe("");
    }
    // Nothing was used up: the same answer still counts once the fault is over.
    expect((await browser.get(back)).headers.get("location")).toBe(`${baseUrl}/result?connect=connected`);
    await stage.close();
  });

  test("an address that cannot be a base is refused at once", () => {
    const engine = {} as never;
    for (const bad of ["http://app.example", "app.example", "https://a:b@app.example", "https://app.example/?x=1", "https://app.example/#x", "ftp://app.example"]) {
      expect(() => createServer({ engine, baseUrl: bad, whoIsIt: () => null })).toThrow(KalendsError);
    }
    expect(() => createServer({ engine, baseUrl, whoIsIt: () => null, returnAddresses: ["javascript:alert(1)"] })).toThrow(KalendsError);
    expect(createServer({ engine, baseUrl: "http://localhost:3000/", whoIsIt: () => null }).callbackOf("google")).toBe("http://localhost:3000/callback/google");
  });
});

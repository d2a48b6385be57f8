import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startGoogleSandbox, type GoogleSandbox } from "@kalends/sandbox";
import { systemClock } from "kalends";
import { openCliFolder, type CliFolder, type CliResult } from "./run-cli.ts";

const client = { id: "cli", secret: "cli-secret" };
const words = ["connect", "google", "--account", "ada"];

describe("kalends connect google", () => {
  let sandbox: GoogleSandbox;
  let folder: CliFolder;
  let environment: Record<string, string>;

  beforeAll(async () => {
    sandbox = await startGoogleSandbox({ clock: systemClock, users: [{ email: "ada@example.com" }], clients: [{ ...client, redirectUris: [] }] });
    folder = await openCliFolder();
    environment = { KALENDS_GOOGLE_CLIENT_ID: client.id, KALENDS_GOOGLE_CLIENT_SECRET: client.secret, KALENDS_GOOGLE_SANDBOX: sandbox.endpoints.rootUrl };
    expect((await folder.run(["init"])).code).toBe(0);
  });
  afterAll(async () => {
    await folder.close();
    await sandbox.close();
  });

  /** Runs the command; the browser is what `browse` does with the address that was printed and the one that is waited at. */
  async function connect(browse: (url: string, address: string) => Promise<void>, more: string[] = []): Promise<CliResult> {
    let browsing: Promise<void> | undefined;
    const result = await folder.run([...words, "--allow-host", sandbox.allowHost, ...more], {
      environment,
      onPrint(printed) {
        const url = /^http\S+$/m.exec(printed)?.[0];
        if (url === undefined || !printed.includes("Waiting") || browsing !== undefined) return;
        const address = new URL(url).searchParams.get("redirect_uri") ?? "";
        // Google lets any port of a registered loopback address pass; the sandbox compares character by character.
        sandbox.addClient({ ...client, redirectUris: [address] });
        browsing = browse(url, address);
      },
    });
    await browsing;
    return result;
  }

  test("the browser goes to the page and comes back; then it syncs", async () => {
    let page = "";
    const result = await connect(async (url, address) => {
      // What strangers ask for on the way neither ends nor spoils the waiting.
      expect((await fetch(new URL("/favicon.ico", address))).status).toBe(404);
      expect((await fetch(`${address}?state=other&code=x`)).status).toBe(400);
      page = await (await fetch(sandbox.consent(url, { user: "ada@example.com" }))).text();
    });
    expect(result).toMatchObject({ code: 0 });
    expect(result.out).toContain("Connected ada@example.com for the account ada (new).");
    expect(page).toContain("Connected");
    const synced = await folder.run(["sync"], { environment });
    expect(synced).toMatchObject({ code: 0 });
    const again = await connect(async (url) => void (await fetch(sandbox.consent(url, { user: "ada@example.com" }))));
    expect(again.out).toContain("Reconnected ada@example.com");
  });

  test("a person who says no ends it, and the browser is told so", async () => {
    let page = "";
    const result = await connect(async (url, address) => {
      const back = new URL(address);
      const state = new URL(url).searchParams.get("state") ?? "";
      back.search = new URLSearchParams({ state, error: "access_denied", iss: sandbox.endpoints.issuer }).toString();
      page = await (await fetch(back)).text();
    });
    expect(result.code).not.toBe(0);
    expect(result.err).toContain("consent-denied");
    expect(page).toContain("Not connected");
  });

  test("a browser that never comes back: a clear end, and nothing is left waiting", async () => {
    const result = await connect(() => Promise.resolve(), ["--wait", "1"]);
    expect(result.code).not.toBe(0);
    expect(result.err).toContain("The browser did not come back within 1 s");
  });

  test("without a client: what to set", async () => {
    const result = await folder.run(words);
    expect(result.code).not.toBe(0);
    expect(result.err).toContain("KALENDS_GOOGLE_CLIENT_ID");
  });
});

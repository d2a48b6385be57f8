import { afterEach, describe, expect, test, vi } from "vitest";
import { caldavClient, eventText, missingServer, startServer } from "../src/index.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

class Skipped extends Error {}

const skipContext = {
  skip(reason: string): void {
    throw new Skipped(reason);
  },
};

describe("starting real servers", () => {
  test("where the scripts are not here, the test is skipped and says why", async () => {
    vi.stubEnv("KALENDS_SHARED", "/nowhere");
    vi.stubEnv("KALENDS_REQUIRE_SERVERS", "");
    expect(missingServer("radicale")).toContain("radicale.sh");
    await expect(startServer("radicale", skipContext)).rejects.toThrow(Skipped);
    await expect(startServer("radicale", skipContext)).rejects.toThrow(/^radicale: the folder of server scripts is not here/);
  });

  test("KALENDS_REQUIRE_SERVERS turns the skip into a failure", async () => {
    vi.stubEnv("KALENDS_SHARED", "/nowhere");
    vi.stubEnv("KALENDS_REQUIRE_SERVERS", "1");
    await expect(startServer("radicale", skipContext)).rejects.not.toThrow(Skipped);
  });

  test("a server starts, the other client writes, lists, reads and deletes, and stop ends it", async (context) => {
    const server = await startServer("caldav-adapter", context);
    try {
      const client = caldavClient(server.baseUrl, server.username, server.password);
      const path = `${server.home("alice")}tries/`;
      await client.makeCalendar(path, { displayName: "Tries & <more>" });
      await client.put(`${path}one.ics`, eventText("one", "One"));
      expect((await client.list(path)).map((item) => item.href)).toEqual([`${path}one.ics`]);
      expect(await client.get(`${path}one.ics`)).toContain("SUMMARY:One");
      await client.delete(`${path}one.ics`);
      expect(await client.list(path)).toEqual([]);
      await expect(caldavClient(server.baseUrl, "alice", "wrong").list(path)).rejects.toThrow("401");
    } finally {
      await server.stop();
    }
    await expect(fetch(server.baseUrl)).rejects.toThrow();
  });
});

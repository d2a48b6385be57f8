import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { startGoogleSandbox, type GoogleSandbox, type GoogleSandboxOptions } from "@kalends/sandbox";
import { discoveryChecker } from "@kalends/testing";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const place = join(process.env["KALENDS_SHARED"] ?? join(root, "..", "shared"), "schemas", "google", "calendar-v3.discovery.json");

/**
 * Google's sandbox, with every request that it gets and every answer that it gives held against Google's own description where that is at
 * hand: closing it fails where one of them does not fit, or where nothing was checked at all.
 */
export async function startCheckedGoogle(options: GoogleSandboxOptions): Promise<GoogleSandbox> {
  if (!existsSync(place)) return startGoogleSandbox(options);
  const checker = discoveryChecker(JSON.parse(readFileSync(place, "utf8")));
  const sandbox = await startGoogleSandbox({ ...options, onExchange: (exchange) => checker.check(exchange) });
  const close = sandbox.close.bind(sandbox);
  sandbox.close = async () => {
    await close();
    expect(checker.problems.slice(0, 5)).toEqual([]);
    expect(checker.seen.size).toBeGreaterThan(0);
  };
  return sandbox;
}

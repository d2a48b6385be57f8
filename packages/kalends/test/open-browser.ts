import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type BrowserContext } from "playwright-core";

const executable = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** Why no browser can be opened here; `null` where one can. */
export const missingBrowser: string | null = existsSync(executable) ? null : `there is no chromium at ${executable} (CHROMIUM names another place)`;

export interface OpenBrowser {
  context: BrowserContext;
  close(): Promise<void>;
}

/** Starts a headless Chromium with a profile of its own that is thrown away. */
export async function openBrowser(viewport: { width: number; height: number }): Promise<OpenBrowser> {
  const profile = await mkdtemp(join(tmpdir(), "kalends-report-"));
  const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic"];
  const args = ["--headless", "--no-sandbox", "--disable-gpu", ...quiet];
  const context = await chromium.launchPersistentContext(profile, { executablePath: executable, headless: true, args, viewport, colorScheme: "light", timezoneId: "UTC" });
  return {
    context,
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type BrowserContext } from "playwright-core";

const executable = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

export const hasBrowser: boolean = existsSync(executable);

export interface OpenBrowser {
  context: BrowserContext;
  close(): Promise<void>;
}

/** Starts a headless Chromium with a profile of its own that is thrown away. */
export async function openBrowser(options: { width: number; height: number; dark?: boolean; zone?: string }): Promise<OpenBrowser> {
  const profile = await mkdtemp(join(tmpdir(), "kalends-page-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: executable,
    headless: true,
    args: [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
    ],
    viewport: { width: options.width, height: options.height },
    colorScheme: options.dark ? "dark" : "light",
    timezoneId: options.zone ?? "Europe/London",
  });
  return {
    context,
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

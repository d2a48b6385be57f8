import type { Command } from "commander";
import { assertZone } from "@kalends/ical";
import { KalendsError, Secret } from "@kalends/model";
import type { Kalends } from "../create-kalends.ts";
import { systemClock } from "../platform/system-clock.ts";
import { openCallback } from "./await-callback.ts";
import { openAccount, rememberAllowedHosts, type AccountOptions } from "./connect-caldav.ts";
import { resolveOptions, withKalends } from "./open.ts";
import { plainText } from "./output/plain-text.ts";
import { listenForStop } from "./stop-signal.ts";

interface GoogleConnectOptions extends AccountOptions {
  account: string;
  login?: string;
  port: number;
  wait: number;
}

/** `kalends connect google`: Google sends the browser back to this machine (RFC 8252), where the command waits for it. */
export async function connectGoogle(options: GoogleConnectOptions, command: Command): Promise<void> {
  if (options.tz !== undefined) assertZone(options.tz);
  if (resolveOptions(command).google === undefined) {
    throw new KalendsError("invalid-argument", "No OAuth client of Google is given", {
      remedy: "Set KALENDS_GOOGLE_CLIENT_ID and KALENDS_GOOGLE_CLIENT_SECRET; docs/how-to/connect-google.md tells how to make a client.",
    });
  }
  await withKalends(command, (kalends) => connectByBrowser(kalends, options));
  rememberAllowedHosts(command);
  process.stdout.write("\nNext: kalends sync\n");
}

async function connectByBrowser(kalends: Kalends, options: GoogleConnectOptions): Promise<void> {
  const signal = listenForStop(systemClock.now);
  const desk = await openCallback(options.port, systemClock);
  try {
    const { id: accountId, isNew } = await openAccount(kalends, options.account, options);
    const hint = options.login === undefined ? {} : { loginHint: options.login };
    const begun = await kalends.beginConnect({ accountId, provider: "google", redirectUri: desk.address, ...hint });
    process.stdout.write(`Open this address in a browser on this machine:\n\n${begun.url}\n\n`);
    process.stderr.write(`Waiting up to ${options.wait} s for the browser to come back to ${desk.address} ...\n`);
    const state = new URL(begun.url).searchParams.get("state") ?? "";
    const query = await desk.answer({ state, withinMs: options.wait * 1_000, signal });
    const attempt = { binding: begun.binding, provider: "google", redirectUri: desk.address, accountId };
    const completed = await kalends.completeConnect({ ...attempt, answer: answerIn(query), signal });
    if (!completed.ok) throw completed.error;
    const { connection, calendars, reconnected } = completed.result;
    desk.tell("Connected. You may close this window.");
    const verb = reconnected ? "Reconnected" : "Connected";
    process.stdout.write(`${verb} ${plainText(connection.label)} for the account ${options.account}${isNew ? " (new)" : ""}.\n`);
    for (const { name } of calendars) process.stdout.write(`  calendar: ${plainText(name)}\n`);
  } finally {
    // Nothing to tell any more where it was told already.
    desk.tell("Not connected. The terminal says why.");
    await desk.close();
  }
}

/** What stood in the query exactly once. */
function answerIn(query: URLSearchParams): { state: string; code?: Secret; error?: string; issuer?: string } {
  const once = (name: string): string | undefined => (query.getAll(name).length === 1 ? (query.get(name) ?? undefined) : undefined);
  const [code, error, issuer] = [once("code"), once("error"), once("iss")];
  return {
    state: once("state") ?? "",
    ...(code === undefined ? {} : { code: new Secret(code) }),
    ...(error === undefined ? {} : { error }),
    ...(issuer === undefined ? {} : { issuer }),
  };
}

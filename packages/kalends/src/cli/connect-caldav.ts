import type { Command } from "commander";
import type { Kalends } from "../create-kalends.ts";
import { configPath, readConfigFile, writeConfigFile } from "./config-file.ts";
import { withKalends, type GlobalOptions } from "./open.ts";
import { readPassword } from "./read-password.ts";

interface ConnectOptions {
  username?: string;
  account?: string;
  name?: string;
  tz?: string;
  preset?: string;
  passwordStdin?: boolean;
}

/** `kalends connect caldav ADDRESS` */
export async function connectCaldav(address: string, options: ConnectOptions, command: Command): Promise<void> {
  const username = options.username ?? address;
  await withKalends(command, async (kalends) => {
    const password = await readPassword(`Password of ${username} (iCloud and others: an app-specific password): `, options.passwordStdin === true);
    const { id: accountId, isNew } = await openAccount(kalends, username, options);
    const preset = options.preset === undefined ? {} : { preset: options.preset };
    const result = await kalends.connectCaldav({ accountId, address, username, password, ...preset });
    const verb = result.reconnected ? "Reconnected" : "Connected";
    process.stdout.write(`${verb} ${result.connection.label} for the account ${options.account ?? username}${isNew ? " (new)" : ""}.\n`);
    for (const { name } of result.calendars) process.stdout.write(`  calendar: ${name.replace(/\p{C}/gu, "?")}\n`);
    process.stdout.write("\nNext: kalends sync\n");
  });
  rememberAllowedHosts(command);
}

async function openAccount(kalends: Kalends, username: string, options: ConnectOptions): Promise<{ id: string; isNew: boolean }> {
  const externalId = options.account ?? username;
  const known = (await kalends.findAccountByExternalId(externalId)) ?? (await kalends.findAccount(externalId));
  if (known !== null) return { id: known.id, isNew: false };
  const timeZone = options.tz ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const account = await kalends.createAccount({ externalId, displayName: options.name ?? externalId, timeZone });
  return { id: account.id, isNew: true };
}

/** A host that was allowed to connect has to be allowed at every sync, so it is written down. */
function rememberAllowedHosts(command: Command): void {
  const hosts = command.optsWithGlobals<GlobalOptions>().allowHost ?? [];
  const config = readConfigFile();
  const missing = hosts.filter((host) => config.allowHosts?.includes(host) !== true);
  if (missing.length === 0) return;
  writeConfigFile({ ...config, allowHosts: [...(config.allowHosts ?? []), ...missing] });
  process.stdout.write(`(${missing.join(", ")} is now on the allow list in ${configPath})\n`);
}

import { chmodSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { KalendsError } from "@kalends/model";
import { writeKeyFile, generateKey } from "@kalends/vault";
import { createKalends } from "../create-kalends.ts";
import { systemRandom } from "../platform/system-random.ts";
import { configPath, readConfigFile, writeConfigFile } from "./config-file.ts";
import { keyInEnvironment, resolveOptions } from "./open.ts";

/** `kalends init`: makes what is missing and touches nothing that is there. */
export async function init(_options: object, command: Command): Promise<void> {
  const options = resolveOptions(command);
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  let keyFile = options.keyFile;
  if (keyFile === undefined && keyInEnvironment()) {
    say("key: taken from the environment");
  } else {
    keyFile ??= join(dirname(options.database), "kalends.key");
    if (existsSync(keyFile)) {
      say(`key: ${keyFile} is there already and stays as it is`);
    } else {
      assertNoDatabase(options.database, keyFile);
      await writeKeyFile(keyFile, generateKey(systemRandom));
      say(`key: ${keyFile} made, readable by you alone. Back it up apart from the database: without it nothing can be opened.`);
    }
  }
  const isNew = !existsSync(options.database);
  const kalends = await createKalends({ ...options, ...(keyFile === undefined ? {} : { keyFile }) });
  await kalends.close();
  if (isNew) chmodSync(options.database, 0o600);
  say(`database: ${options.database} ${isNew ? "made" : "is there already; its schema is up to date"}`);
  if (!existsSync(configPath)) {
    writeConfigFile({ database: options.database, ...(keyFile === undefined ? {} : { keyFile }), ...allowed(options.allowHosts) });
    say(`settings: ${configPath} made; commands in this folder use it`);
  } else {
    readConfigFile();
    say(`settings: ${configPath} is there already and stays as it is`);
  }
  say("\nNext: kalends connect caldav you@example.com");
}

/** A new key beside an old database would open nothing, and would stand where the right key has to be put back. */
function assertNoDatabase(database: string, keyFile: string): void {
  if (database === ":memory:" || !existsSync(database)) return;
  throw new KalendsError("key-missing", `${database} is there, but its key ${keyFile} is not`, {
    remedy: "Put the key back from its backup (or set KALENDS_KEY). If it is lost, move the database away, run `kalends init` and connect again.",
  });
}

function allowed(hosts: readonly string[] | undefined): { allowHosts?: string[] } {
  return hosts === undefined || hosts.length === 0 ? {} : { allowHosts: [...hosts] };
}

import { chmodSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { writeKeyFile, generateKey } from "@kalends/vault";
import { createKalends } from "../create-kalends.ts";
import { environment } from "../platform/environment.ts";
import { systemRandom } from "../platform/system-random.ts";
import { configPath, readConfigFile, writeConfigFile } from "./config-file.ts";
import { resolveOptions } from "./open.ts";

/** `kalends init`: makes what is missing and touches nothing that is there. */
export async function init(_options: object, command: Command): Promise<void> {
  const options = resolveOptions(command);
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const inEnvironment = environment()["KALENDS_KEY"] !== undefined || environment()["KALENDS_KEY_FILE"] !== undefined;
  let keyFile = options.keyFile;
  if (keyFile === undefined && inEnvironment) {
    say("key: taken from the environment");
  } else {
    keyFile ??= join(dirname(options.database), "kalends.key");
    if (existsSync(keyFile)) {
      say(`key: ${keyFile} is there already and stays as it is`);
    } else {
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

function allowed(hosts: readonly string[] | undefined): { allowHosts?: string[] } {
  return hosts === undefined || hosts.length === 0 ? {} : { allowHosts: [...hosts] };
}

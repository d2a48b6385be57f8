import type { Command } from "commander";
import { KalendsError } from "@kalends/model";
import { changeKeyFile, generateKey, loadKeyFile, parseKey, type Keyset } from "@kalends/vault";
import { systemRandom } from "../../platform/system-random.ts";
import { withKalends } from "../open.ts";
import { keyFileOf } from "./key-file-of.ts";

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** `kalends keys add`: a new key that opens and does not wrap yet. */
export async function addKey(_flags: object, command: Command): Promise<void> {
  const path = keyFileOf(command);
  const keyset = await changeKeyFile(path, (before) => before.add(parseKey(generateKey(systemRandom))));
  const id = keyset.keys.at(-1)?.id ?? "";
  say(`Added the key ${id} to ${path}.`);
  say(`Next: bring the file to every machine that opens this database and restart there; then: kalends keys promote ${id}`);
}

/** `kalends keys promote <id>`: new data keys are wrapped by it from the next start on. */
export async function promoteKey(id: string, _flags: object, command: Command): Promise<void> {
  const path = keyFileOf(command);
  await changeKeyFile(path, (keyset) => keyset.promote(id));
  say(`The key ${id} is the primary now.`);
  say("Next: bring the file to every machine and restart there; then: kalends keys rotate");
}

/** `kalends keys disable <id>`: refused while it still wraps anything. */
export async function disableKey(id: string, _flags: object, command: Command): Promise<void> {
  await changeUnused(id, command, (keyset) => keyset.disable(id));
  say(`The key ${id} is disabled. It opens nothing any more; "kalends keys enable ${id}" takes that back, "destroy" ends it for good.`);
}

/** `kalends keys enable <id>`: takes `disable` back. */
export async function enableKey(id: string, _flags: object, command: Command): Promise<void> {
  await changeKeyFile(keyFileOf(command), (keyset) => keyset.enable(id));
  say(`The key ${id} is enabled.`);
}

/** `kalends keys destroy <id>`: refused while it still wraps anything, and without `--yes`. */
export async function destroyKey(id: string, flags: { yes?: boolean }, command: Command): Promise<void> {
  if (flags.yes !== true) {
    throw new KalendsError("invalid-argument", "A destroyed key is gone for good, and with it every backup that only it opens", {
      remedy: "Say it with --yes. Copies of the key file elsewhere have to be removed by hand.",
    });
  }
  await changeUnused(id, command, (keyset) => keyset.destroy(id));
  say(`The key ${id} is out of the key file. Remove it from copies and backups of the file too.`);
}

async function changeUnused(id: string, command: Command, change: (keyset: Keyset) => Keyset): Promise<void> {
  const path = keyFileOf(command);
  // Tells at once what is wrong with the id, whatever the database holds.
  change(await loadKeyFile(path));
  const used = await withKalends(command, (kalends) => kalends.keys.inUse());
  const rows = used.get(id) ?? 0;
  if (rows > 0) throw new KalendsError("key-in-use", `The key ${id} still wraps ${rows} data key${rows === 1 ? "" : "s"} of this database`);
  await changeKeyFile(path, change);
}

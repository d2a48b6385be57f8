import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { KalendsError } from "@kalends/model";
import { environment } from "../../platform/environment.ts";
import { resolveOptions } from "../open.ts";

/** The key file that the command line may change. Throws `key-missing` where the key comes from elsewhere or there is none. */
export function keyFileOf(command: Command): string {
  const { keyFile, database } = resolveOptions(command);
  const { KALENDS_KEY: text, KALENDS_KEY_FILE: named } = environment();
  if (keyFile === undefined && text !== undefined && text !== "") {
    throw new KalendsError("key-missing", "The keyset comes from KALENDS_KEY, which the command line cannot change", {
      remedy: "Keep the keyset in a key file, or edit the variable where it is set: one JSON line a key.",
    });
  }
  const path = keyFile ?? (named === undefined || named === "" ? join(dirname(database), "kalends.key") : named);
  if (!existsSync(path)) throw new KalendsError("key-missing", `There is no key file ${path}`);
  return path;
}

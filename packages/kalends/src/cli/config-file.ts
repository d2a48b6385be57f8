import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { KalendsError } from "@kalends/model";
import { readPolicy, retentionPresets, type PresetName, type RetentionPolicy } from "@kalends/retention";
import { z } from "zod";

/** What `kalends.json` in the working folder may hold. No secret belongs into it. */
export interface ConfigFile {
  database?: string | undefined;
  keyFile?: string | undefined;
  organization?: string | undefined;
  allowHosts?: string[] | undefined;
  /** A preset's name, or a whole policy. Give your own program the same one. */
  retention?: PresetName | RetentionPolicy | undefined;
  /** Where requests to be forgotten are kept; a path that is not relative does not depend on the working folder. */
  erasureLedger?: string | undefined;
}

type ReadConfig = Omit<ConfigFile, "retention"> & { retention?: unknown };

const configSchema: z.ZodType<ReadConfig> = z.strictObject({
  database: z.string().optional(),
  keyFile: z.string().optional(),
  organization: z.string().optional(),
  allowHosts: z.array(z.string()).optional(),
  retention: z.unknown().optional(),
  erasureLedger: z.string().min(1).optional(),
});

export const configPath = "kalends.json";

/** Reads `kalends.json`, if there is one. Throws `invalid-argument` naming what is wrong. */
export function readConfigFile(): ConfigFile {
  if (!existsSync(configPath)) return {};
  let data: unknown;
  try {
    data = JSON.parse(readFileSync(configPath, "utf8"));
  } catch {
    throw new KalendsError("invalid-argument", `${configPath} is not valid JSON`);
  }
  const parsed = configSchema.safeParse(data);
  if (parsed.success) {
    const { retention, ...config } = parsed.data;
    return retention === undefined ? config : { ...config, retention: readRetention(retention) };
  }
  const [issue] = parsed.error.issues;
  throw notAcceptable([issue?.path.join("."), issue?.message].filter(Boolean).join(" "));
}

function notAcceptable(what: string): KalendsError {
  return new KalendsError("invalid-argument", `${configPath} is not acceptable: ${what}`);
}

/** A mistyped name must not fall back to some other policy. */
function readRetention(given: unknown): PresetName | RetentionPolicy {
  const names = Object.keys(retentionPresets) as PresetName[];
  const name = names.find((one) => one === given);
  if (name !== undefined) return name;
  if (typeof given !== "object") throw notAcceptable(`retention must be one of ${names.join(", ")}, or a whole policy`);
  try {
    return readPolicy(given);
  } catch (thrown) {
    throw thrown instanceof KalendsError ? notAcceptable(`retention: ${thrown.message}`) : thrown;
  }
}

/** Replaces `kalends.json` in one step. */
export function writeConfigFile(config: ConfigFile): void {
  const draft = `${configPath}.new`;
  writeFileSync(draft, `${JSON.stringify(config, null, 2)}\n`);
  renameSync(draft, configPath);
}

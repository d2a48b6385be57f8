import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { KalendsError } from "@kalends/model";
import { z } from "zod";

/** What `kalends.json` in the working folder may hold. No secret belongs into it. */
export interface ConfigFile {
  database?: string | undefined;
  keyFile?: string | undefined;
  organization?: string | undefined;
  allowHosts?: string[] | undefined;
}

const configSchema: z.ZodType<ConfigFile> = z.strictObject({
  database: z.string().optional(),
  keyFile: z.string().optional(),
  organization: z.string().optional(),
  allowHosts: z.array(z.string()).optional(),
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
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new KalendsError("invalid-argument", `${configPath} is not acceptable: ${[issue?.path.join("."), issue?.message].filter(Boolean).join(" ")}`);
}

/** Replaces `kalends.json` in one step. */
export function writeConfigFile(config: ConfigFile): void {
  const draft = `${configPath}.new`;
  writeFileSync(draft, `${JSON.stringify(config, null, 2)}\n`);
  renameSync(draft, configPath);
}

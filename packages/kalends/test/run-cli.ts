import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));

export interface CliResult {
  code: number | null;
  out: string;
  err: string;
}

export interface CliOptions {
  input?: string;
  environment?: Record<string, string>;
  onStart?: (child: ChildProcess) => void;
  /** Called with everything printed so far, whenever something is. */
  onPrint?: (printed: string, child: ChildProcess) => void;
}

/** A folder of its own in which commands run, as a person's would. */
export interface CliFolder {
  path: string;
  /** Everything that any command here has printed. */
  printed(): string;
  run(words: readonly string[], options?: CliOptions): Promise<CliResult>;
  close(): Promise<void>;
}

export async function openCliFolder(): Promise<CliFolder> {
  const path = await mkdtemp(join(tmpdir(), "kalends-cli-"));
  // Many short processes: each but the first finds the sources stripped and compiled.
  const cache = await mkdtemp(join(tmpdir(), "kalends-cli-cache-"));
  let everything = "";
  return {
    path,
    printed: () => everything,
    run: async (words, options = {}) => {
      const result = await runCli(path, words, { ...options, environment: { NODE_COMPILE_CACHE: cache, ...options.environment } });
      everything += result.out + result.err;
      return result;
    },
    close: async () => {
      for (const each of [path, cache]) await rm(each, { recursive: true, force: true });
    },
  };
}

/** The command line as a process of its own; no setting of the test's own environment reaches it. */
function runCli(cwd: string, words: readonly string[], options: CliOptions): Promise<CliResult> {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("KALENDS_")));
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program, ...words], {
    cwd,
    env: { ...inherited, TZ: "UTC", ...options.environment },
  });
  options.onStart?.(child);
  const result: CliResult = { code: null, out: "", err: "" };
  const hear = (name: "out" | "err") => (text: string) => {
    result[name] += text;
    options.onPrint?.(result.out + result.err, child);
  };
  child.stdout.setEncoding("utf8").on("data", hear("out"));
  child.stderr.setEncoding("utf8").on("data", hear("err"));
  child.stdin.end(options.input ?? "");
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ ...result, code }));
  });
}

import { spawn } from "node:child_process";
import type { Usage } from "./own-usage.ts";

/** Runs a program to its end and returns what it printed. Throws with its output where it fails. */
export async function runProgram(command: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<string> {
  return await new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "pipe"] });
    let printed = "";
    let problems = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (problems += text));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) resolve(printed);
      else reject(new Error(`${command} ${args[0] ?? ""} ended with ${signal ?? code}\n${printed.slice(-2000)}${problems.slice(-2000)}`));
    });
  });
}

/** Runs a built contender in a process of its own on this Node; its last line is its usage. */
export async function runChild(file: string, args: readonly string[], nodeOptions: readonly string[] = []): Promise<Usage> {
  const printed = await runProgram(process.execPath, ["--disable-warning=ExperimentalWarning", ...nodeOptions, file, ...args]);
  return JSON.parse(printed.trim().split("\n").at(-1) ?? "") as Usage;
}

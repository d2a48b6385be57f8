import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { KalendsError, Secret } from "@kalends/model";
import { environment } from "../platform/environment.ts";

/** The password of a login: from `KALENDS_PASSWORD`, from standard input, or typed without being shown. */
export async function readPassword(prompt: string, fromStdin: boolean): Promise<Secret> {
  if (fromStdin) return new Secret(await readStdin());
  const variable = environment()["KALENDS_PASSWORD"];
  if (variable !== undefined && variable !== "") return new Secret(variable);
  if (process.stdin.isTTY !== true) {
    throw new KalendsError("invalid-argument", "No password was given", { remedy: "Type it at a terminal, set KALENDS_PASSWORD, or pipe it in with --password-stdin." });
  }
  process.stderr.write(prompt);
  const mute = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: mute, terminal: true });
  return new Promise((resolve, reject) => {
    lines.once("line", (line) => {
      lines.close();
      process.stderr.write("\n");
      resolve(new Secret(line));
    });
    lines.once("SIGINT", () => {
      lines.close();
      process.stderr.write("\n");
      reject(new KalendsError("aborted", "No password was typed"));
    });
  });
}

async function readStdin(): Promise<string> {
  let text = "";
  for await (const chunk of process.stdin) text += String(chunk);
  return text.replace(/\r?\n$/, "");
}

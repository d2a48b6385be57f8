import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { KalendsError, Secret } from "@kalends/model";
import { environment } from "../platform/environment.ts";

const remedy = "Type it at a terminal, set KALENDS_PASSWORD, or pipe it in with --password-stdin.";

/** The password of a login: from `KALENDS_PASSWORD`, from standard input, or typed without being shown. */
export async function readPassword(prompt: string, fromStdin: boolean): Promise<Secret> {
  if (fromStdin) return nonEmpty(await readStdin());
  const variable = environment()["KALENDS_PASSWORD"];
  if (variable !== undefined && variable !== "") return new Secret(variable);
  if (process.stdin.isTTY !== true) {
    throw new KalendsError("invalid-argument", "No password was given", { remedy });
  }
  process.stderr.write(prompt);
  const mute = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: mute, terminal: true });
  const typed = await new Promise<string>((resolve, reject) => {
    lines.once("line", (line) => {
      lines.close();
      process.stderr.write("\n");
      resolve(line);
    });
    lines.once("SIGINT", () => {
      lines.close();
      process.stderr.write("\n");
      reject(new KalendsError("aborted", "No password was typed"));
    });
    lines.once("close", () => reject(new KalendsError("aborted", "No password was typed")));
  });
  return nonEmpty(typed);
}

function nonEmpty(password: string): Secret {
  if (password === "") throw new KalendsError("invalid-argument", "The password is empty", { remedy });
  return new Secret(password);
}

async function readStdin(): Promise<string> {
  let text = "";
  // Whole characters, also where a chunk ends inside one.
  process.stdin.setEncoding("utf8");
  for await (const chunk of process.stdin) text += String(chunk);
  return text.replace(/\r?\n$/, "");
}

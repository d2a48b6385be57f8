import type { Command } from "commander";
import type { DeadLetterStatus } from "@kalends/model";
import { plainText } from "./output/plain-text.ts";
import { withKalends } from "./open.ts";

/** `kalends dead-letters`: jobs that were set aside, and what to do about each. */
export async function deadLetters(flags: { retry?: boolean; json?: boolean }, command: Command): Promise<void> {
  await withKalends(command, async (kalends) => {
    const retried = flags.retry === true ? await kalends.retryDeadLetters() : 0;
    const letters = await kalends.deadLetters();
    if (flags.json === true) process.stdout.write(`${JSON.stringify(letters, null, 2)}\n`);
    else process.stdout.write(letters.length === 0 ? "No job is set aside.\n" : showDeadLetters(letters));
    if (retried > 0 && flags.json !== true) process.stdout.write(`${retried} are due now: the next worker that looks tries them (kalends worker).\n`);
    if (letters.length > 0) process.exitCode = 1;
  });
}

/** A paragraph for each. */
export function showDeadLetters(letters: readonly DeadLetterStatus[]): string {
  const lines = letters.flatMap(({ kind, subject, about, name, error, failures, since, effect, todo }) => [
    `  ${plainText(name ?? (about === "organization" ? about : `${about} ${subject}`))} (${kind}): ${error.code}, ${failures} times, since ${since}`,
    `    ${effect}`,
    `    ${error.remedy}`,
    `    ${todo}`,
  ]);
  return `Set aside after failing again and again; tried once a day, and at once with kalends dead-letters --retry:\n${lines.join("\n")}\n`;
}

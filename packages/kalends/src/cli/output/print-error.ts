import { KalendsError, toKalendsError } from "@kalends/model";

interface Output {
  write(text: string): unknown;
}

/** Prints what happened and what to do, and returns the exit code. A stack is printed only for faults of Kalends itself. */
export function printError(thrown: unknown, output: Output): number {
  const error = toKalendsError(thrown);
  output.write(`\nkalends: ${error.message}\n`);
  output.write(`  what to do: ${error.remedy}\n`);
  output.write(`  code: ${error.code} (docs/${error.docs})\n`);
  if (error.code === "internal" && error.cause instanceof Error) output.write(`${error.cause.stack ?? String(error.cause)}\n`);
  return error instanceof KalendsError && error.failure === "auth" ? 2 : 1;
}

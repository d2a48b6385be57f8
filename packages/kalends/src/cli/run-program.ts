import { printError } from "./output/print-error.ts";
import { buildProgram } from "./program.ts";

/** Runs the command of `process.argv` and sets the exit code. */
export async function runProgram(): Promise<void> {
  // `kalends changes | head` ends the pipe early: that is no fault.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  try {
    await buildProgram().parseAsync(process.argv);
  } catch (thrown) {
    process.exitCode = printError(thrown, process.stderr);
  }
}

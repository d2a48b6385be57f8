#!/usr/bin/env node
import { buildProgram } from "./program.ts";
import { printError } from "./output/print-error.ts";

// `kalends changes | head` ends the pipe early: that is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

try {
  await buildProgram().parseAsync(process.argv);
} catch (thrown) {
  process.exitCode = printError(thrown, process.stderr);
}

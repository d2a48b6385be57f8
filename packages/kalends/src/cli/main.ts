#!/usr/bin/env node
import { buildProgram } from "./program.ts";
import { printError } from "./output/print-error.ts";

try {
  await buildProgram().parseAsync(process.argv);
} catch (thrown) {
  process.exitCode = printError(thrown, process.stderr);
}

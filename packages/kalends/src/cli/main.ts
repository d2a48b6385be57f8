#!/usr/bin/env node
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major > 22 || (major === 22 && minor >= 13)) {
  // Loaded only here: on an older Node the rest ends with a missing `node:sqlite`, which says nothing to most people.
  const { runProgram } = await import("./run-program.ts");
  await runProgram();
} else {
  process.stderr.write(`kalends: Node 22.13 or newer is needed; this is ${process.versions.node}.\n`);
  process.exitCode = 1;
}

export {};

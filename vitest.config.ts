import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "examples/*/test/**/*.test.ts", "docs/test/**/*.test.ts"],
    reporters: [["default", { summary: false }], "./scripts/sum-reporter.ts"],
    testTimeout: 90_000,
    hookTimeout: 120_000,
    pool: "forks",
    // Much of the suite waits for servers and processes, so two files at a time go well even on two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    passWithNoTests: false,
    execArgv: ["--disable-warning=ExperimentalWarning"],
  },
});

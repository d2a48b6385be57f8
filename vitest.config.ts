import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "examples/*/test/**/*.test.ts", "docs/test/**/*.test.ts"],
    reporters: [["default", { summary: false }], "./scripts/sum-reporter.ts"],
    testTimeout: 90_000,
    hookTimeout: 120_000,
    pool: "forks",
    passWithNoTests: false,
    execArgv: ["--disable-warning=ExperimentalWarning"],
  },
});

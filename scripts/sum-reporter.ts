import type { Reporter, TestModule } from "vitest/node";

/** A conformance case that asks for what the thing under test does not claim to have. Everything else that is skipped is something missing. */
const notApplicable = /^not applicable: /;

/**
 * Prints the plain sum as the last line, and fails the run where a test was skipped without a written reason:
 * `context.skip("why")` is the only skip that passes. With KALENDS_REQUIRE_SERVERS=1 nothing may be missing, whatever the reason.
 */
export default class SumReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandled: ReadonlyArray<unknown>): void {
    let passed = 0;
    let failed = unhandled.length;
    let skipped = 0;
    const unexplained: string[] = [];
    const reasons = new Map<string, number>();
    for (const module of modules) {
      // A hook that throws fails no test of its own, but the run all the same.
      if (module.errors().length > 0) failed += 1;
      for (const suite of module.children.allSuites()) if (suite.errors().length > 0) failed += 1;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === "passed") passed += 1;
        else if (result.state === "failed") failed += 1;
        else {
          skipped += 1;
          const note = "note" in result ? result.note : undefined;
          if (!note) unexplained.push(`${module.moduleId}: ${test.fullName}`);
          else reasons.set(note, (reasons.get(note) ?? 0) + 1);
        }
      }
    }
    for (const [reason, count] of reasons) console.log(`skipped ${count}: ${reason}`);
    for (const name of unexplained) console.log(`skipped without a reason: ${name}`);
    const missing = [...reasons.keys()].filter((reason) => !notApplicable.test(reason));
    if (unexplained.length > 0 || (process.env["KALENDS_REQUIRE_SERVERS"] === "1" && missing.length > 0)) process.exitCode = 1;
    // After every other reporter's closing lines.
    process.on("exit", () => console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`));
  }
}

import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { sharedPath } from "./shared-data.ts";

test("the answers to the whole corpus do not depend on the host's zone", (context) => {
  if (sharedPath("recurrence/corpus-shared.json") === null) context.skip("the shared recurrence corpus is absent");
  const script = resolve(import.meta.dirname, "host-zone-answers.ts");
  const runs = ["UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"].map((TZ) =>
    execFileSync(process.execPath, [script], { env: { ...process.env, TZ, NODE_OPTIONS: "" }, encoding: "utf8" })
      .trim()
      .split(" "),
  );
  // The hosts really were in different zones, and still agree.
  expect(new Set(runs.map((run) => run[1])).size).toBe(4);
  expect(new Set(runs.map((run) => run[2])).size).toBe(1);
});

import { expect, test } from "vitest";
import { workingDays } from "../src/cli/working-days.ts";

test("the two days that the demo shows are never a weekend", () => {
  expect(workingDays("2026-11-23")).toEqual(["2026-11-23", "2026-11-25"]);
  expect(workingDays("2026-11-26")).toEqual(["2026-11-26", "2026-11-28"]);
  for (const day of ["2026-11-27", "2026-11-28", "2026-11-29"]) expect(workingDays(day)).toEqual(["2026-11-30", "2026-12-02"]);
});

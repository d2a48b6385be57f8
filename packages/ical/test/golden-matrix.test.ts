import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";

const script = resolve(import.meta.dirname, "golden-answers.ts");
const golden = readFileSync(resolve(import.meta.dirname, "golden/matrix.txt"), "utf8");
const zoneOfRow = new Map([
  ["kyiv", "Europe/Kyiv"],
  ["eucla", "Australia/Eucla"],
  ["lord-howe", "Australia/Lord_Howe"],
  ["windows", "Europe/Kyiv"],
  ["windows-tzone", "Europe/Berlin"],
  ["custom", "Europe/Kyiv"],
  ["missing", "America/New_York"],
]);

test.each(["UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])("the matrix is byte-equal on a host in %s", (TZ) => {
  const out = execFileSync(process.execPath, [script], { env: { ...process.env, TZ, NODE_OPTIONS: "" }, encoding: "utf8" });
  expect(out).toBe(golden);
});

test("the golden answers are those of Intl", () => {
  let zone = "";
  let kind = "";
  let checked = 0;
  let inGap = 0;
  for (const line of golden.split("\n")) {
    const head = /^# (\S+) (\S+):/.exec(line);
    if (head !== null) [kind, zone] = [head[1] as string, zoneOfRow.get(head[2] as string) as string];
    const [from, , start] = line.split(" ");
    if (head !== null || from === undefined || start === undefined || !/^\d/.test(line)) continue;
    const shown = new Intl.DateTimeFormat("sv-SE", { timeZone: kind === "utc" ? "UTC" : zone, dateStyle: "short", timeStyle: "medium" }).format(new Date(from));
    expect(shown.replace(" ", "T"), `${kind} ${zone}`).toBe(start.length === 10 ? `${start}T00:00:00` : start);
    if (kind !== "all-day" && !start.endsWith("T03:15:00")) inGap++;
    checked++;
  }
  expect(checked).toBeGreaterThan(200);
  // 03:15 does not exist in Kyiv on 29 March 2026: zoned, by its Windows name, by its definition, and floating.
  expect(inGap).toBeGreaterThanOrEqual(4);
});

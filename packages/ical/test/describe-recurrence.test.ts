import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { describeRecurrence, type RecurrenceLanguage } from "../src/index.ts";

describe("a rule in words", () => {
  test.each([
    ["FREQ=DAILY", "every day"],
    ["FREQ=DAILY;INTERVAL=3;COUNT=5", "every 3 days for 5 times"],
    ["FREQ=DAILY;BYHOUR=9,17", "every day at 9 and 17"],
    ["FREQ=WEEKLY;BYDAY=TU,TH", "every week on Tuesday, Thursday"],
    ["FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday"],
    ["FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;UNTIL=20270504", "every 2 weeks on Tuesday until May 4, 2027"],
    ["FREQ=MONTHLY;BYMONTHDAY=1,-1", "every month on the 1st and last"],
    ["FREQ=MONTHLY;BYDAY=2TU", "every month on the 2nd Tuesday"],
    ["FREQ=MONTHLY;BYDAY=-1FR;BYMONTH=3,6", "every March and June on the last Friday"],
    ["FREQ=YEARLY", "every year"],
    ["FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", "every December on the 24th"],
    ["FREQ=HOURLY;INTERVAL=6", "every 6 hours"],
  ])("%s", async (rule, words) => {
    expect(await describeRecurrence(rule)).toBe(words);
  });

  test.each([
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=SECONDLY",
    "FREQ=WEEKLY;BYDAY=MO;BYHOUR=9",
    "FREQ=HOURLY;BYDAY=MO",
    "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR",
    "FREQ=MONTHLY;BYDAY=1MO,1TU,1WE,1TH,1FR",
    "FREQ=YEARLY;BYWEEKNO=-1",
    "FREQ=DAILY;COUNT=3;UNTIL=20270504",
  ])("%s has no words that say all of it", async (rule) => {
    expect(await describeRecurrence(rule)).toBeNull();
  });

  test("UNTIL in UTC is the date in the reader's zone", async () => {
    const rule = "FREQ=WEEKLY;UNTIL=20270503T223000Z";
    expect(await describeRecurrence(rule)).toBe("every week until May 3, 2027");
    expect(await describeRecurrence(rule, { timeZone: "Europe/Berlin" })).toBe("every week until May 4, 2027");
  });

  test("another language comes from outside", async () => {
    const words: Record<string, string> = { every: "alle", weeks: "Wochen", on: "am", until: "bis" };
    const german: RecurrenceLanguage = {
      dayNames: ["Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"],
      monthNames: "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(" "),
      translate: (word) => words[word] ?? word,
      formatDate: (year, month, day) => `zum ${day}. ${month} ${year}`,
    };
    const text = await describeRecurrence("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;UNTIL=20270504", { language: german });
    expect(text).toBe("alle 2 Wochen am Dienstag bis zum 4. Mai 2027");
  });

  test("a rule that cannot be read is refused", async () => {
    await expect(describeRecurrence("FREQ=SOMETIMES")).rejects.toThrow(expect.objectContaining({ code: "rule-invalid" }));
  });
});

test("rrule is loaded at the first description and not before, so that expansion has no dependency", () => {
  const script = `
    import { registerHooks } from "node:module";
    const seen = [];
    registerHooks({ resolve: (name, context, next) => { if (name === "rrule") seen.push(name); return next(name, context); } });
    const ical = await import(${JSON.stringify(resolve(import.meta.dirname, "../src/index.ts"))});
    ical.expandTimings([], { from: 0, to: 1 }, { floatingZone: "UTC" }, () => {});
    const before = seen.length;
    const words = await ical.describeRecurrence("FREQ=DAILY");
    console.log(JSON.stringify([before, seen.length, words]));`;
  const out = execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8", env: { ...process.env, NODE_OPTIONS: "" } });
  expect(JSON.parse(out)).toEqual([0, 1, "every day"]);
});

import { expect, test } from "vitest";
import { zoneFingerprint } from "../src/index.ts";

test("a fingerprint names what the zones say, whatever their order", () => {
  const both = zoneFingerprint(["Europe/Kyiv", "Australia/Lord_Howe"], 2024, 2030);
  expect(both).toMatch(/^[0-9a-f]{16}$/);
  expect(zoneFingerprint(["Australia/Lord_Howe", "Europe/Kyiv", "Europe/Kyiv"], 2024, 2030)).toBe(both);
  expect(zoneFingerprint(["Europe/Kyiv", "Australia/Eucla"], 2024, 2030)).not.toBe(both);
  expect(zoneFingerprint(["Europe/Kyiv", "Australia/Lord_Howe"], 2024, 2031)).not.toBe(both);
});

test("an unknown zone is refused", () => {
  expect(() => zoneFingerprint(["Mars/Olympus"], 2024, 2030)).toThrow(expect.objectContaining({ code: "zone-unknown" }));
});

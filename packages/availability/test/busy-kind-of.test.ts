import type { BusyKind, EventTiming } from "@kalends/model";
import { describe, expect, test } from "vitest";
import { busyKindOf } from "@kalends/availability";

type Facts = Partial<Pick<EventTiming, "status" | "transparent" | "showAs" | "participation" | "visibility">>;

const plain: EventTiming = {
  start: { kind: "utc", value: "2026-01-05T09:00:00" },
  status: "confirmed",
  transparent: false,
  visibility: "public",
};

const rows: [facts: Facts, expected: BusyKind | null][] = [
  [{}, "busy"],
  // 1: cancelled beats everything.
  [{ status: "cancelled" }, null],
  [{ status: "cancelled", showAs: "out-of-office", participation: "accepted" }, null],
  // 2: so does the holder's own refusal.
  [{ participation: "declined" }, null],
  [{ participation: "declined", showAs: "busy" }, null],
  // 3: and transparency.
  [{ transparent: true }, null],
  [{ transparent: true, showAs: "busy" }, null],
  [{ transparent: true, status: "tentative" }, null],
  // 4 and 5: the provider's own word.
  [{ showAs: "free" }, null],
  [{ showAs: "free", participation: "accepted" }, null],
  [{ showAs: "busy" }, "busy"],
  [{ showAs: "busy", status: "tentative" }, "busy"],
  [{ showAs: "busy", participation: "needs-action" }, "busy"],
  [{ showAs: "tentative" }, "tentative"],
  [{ showAs: "out-of-office" }, "out-of-office"],
  [{ showAs: "out-of-office", status: "tentative" }, "out-of-office"],
  [{ showAs: "working-elsewhere" }, "working-elsewhere"],
  [{ showAs: "unknown" }, "busy"],
  [{ showAs: "unknown", status: "tentative" }, "tentative"],
  // 6 and 7: tentative by status or answer.
  [{ status: "tentative" }, "tentative"],
  [{ status: "tentative", participation: "accepted" }, "tentative"],
  [{ participation: "tentative" }, "tentative"],
  [{ participation: "needs-action" }, "tentative"],
  // 8: the rest blocks.
  [{ participation: "accepted" }, "busy"],
  [{ participation: "delegated" }, "busy"],
  [{ start: { kind: "date", value: "2026-01-05" } } as Facts, "busy"],
];

describe("busyKindOf", () => {
  test.each(rows)("%j is %s, whoever may see it", (facts, expected) => {
    for (const visibility of ["public", "private", "confidential"] as const) {
      expect(busyKindOf({ ...plain, ...facts, visibility })).toBe(expected);
    }
  });
});

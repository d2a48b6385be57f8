import { createHash } from "node:crypto";
import type { CalendarStore } from "../calendars/calendar-store.ts";
import type { GoogleState } from "../google-state.ts";
import { nextEtag } from "./next-etag.ts";

/** Conferences are made a little after they were asked for (guides/create-events): those that are due are there from now on. */
export function settleConferences(state: GoogleState, calendar: CalendarStore): void {
  const now = state.clock.now();
  for (const [id, due] of calendar.pendingConferences) {
    if (due > now) continue;
    calendar.pendingConferences.delete(id);
    const event = calendar.find(id);
    const request = event?.conferenceData?.["createRequest"] as Record<string, unknown> | undefined;
    if (!event || !request) continue;
    const letters = createHash("sha256").update(id).digest("hex").replaceAll(/\d/g, (digit) => "ghijklmnop"[Number(digit)] ?? "x");
    const conferenceId = `${letters.slice(0, 3)}-${letters.slice(3, 7)}-${letters.slice(7, 10)}`;
    const uri = `https://meet.google.com/${conferenceId}`;
    const conferenceData = {
      createRequest: { ...request, status: { statusCode: "success" } },
      entryPoints: [{ entryPointType: "video", uri, label: uri.slice("https://".length) }],
      conferenceSolution: { key: { type: "hangoutsMeet" }, name: "Google Meet" },
      conferenceId,
    };
    calendar.put({ ...event, conferenceData, hangoutLink: uri, etag: nextEtag(state), updated: new Date(now).toISOString() }, now);
    state.hub.changed(`events/${calendar.serial}`);
  }
}

import type { OrganizationStore } from "@kalends/model";
import { KalendsError } from "@kalends/model";
import type { Runtime } from "../runtime.ts";
import { audienceOf } from "../permissions/audience.ts";
import { calendarContext } from "./calendar-context.ts";
import { claimOnce, releaseClaim } from "./claim-once.ts";
import { spansAfter } from "./spans-after.ts";
import { syncCalendar } from "./sync-calendar.ts";

/**
 * Moves a calendar's busy spans along with its query window. Nothing is read from the provider, unless an event that lay
 * ahead of the window comes inside: of such an event nothing was kept, so the calendar is listed and just those are read.
 */
export async function rollWindow(runtime: Runtime, store: OrganizationStore, calendarId: string, signal?: AbortSignal): Promise<void> {
  const { needs } = await calendarContext(runtime, store, calendarId);
  if ((await store.sync.countEntering(calendarId, needs.window)) > 0) {
    const report = await syncCalendar(runtime, store, calendarId, { fresh: true, ...(signal === undefined ? {} : { signal }) });
    if (report.error !== null) throw new KalendsError(report.error.code, report.error.message);
    return;
  }
  const claim = await claimOnce(runtime, store, calendarId);
  if (claim === null) throw new KalendsError("calendar-busy", `The calendar ${calendarId} is being synced by another worker`);
  try {
    // Before the first complete pass there is nothing to roll.
    if (claim.storedWindow !== null) {
      // Read again under the claim: a change of rules ends it.
      const context = await calendarContext(runtime, store, calendarId);
      const { window } = context.needs;
      const now = runtime.clock.now();
      const { audience } = audienceOf(context.views, { accountId: context.calendar.accountId, calendarId, moves: [], now });
      const told = audience === undefined ? undefined : { audience, now };
      await store.sync.replaceSpans(calendarId, claim.token, await spansAfter(context, null, window), window, told);
    }
  } finally {
    await releaseClaim(runtime, store, calendarId, claim.token, null);
  }
}

import type { BusySpan, TimeRange } from "@kalends/model";
import type { CalendarContext } from "./calendar-context.ts";
import type { ChangePlan } from "./plan-changes.ts";
import { spansAfter } from "./spans-after.ts";
import { spansByChange } from "./spans-by-change.ts";
import { windowIsBehind } from "./window-is-behind.ts";

/** What the last page of a delta stores: the spans, `null` where they stay as they are, and the window that they are of. */
export interface SpansOfDelta {
  busySpans: BusySpan[] | null;
  storedWindow: TimeRange;
}

/** `behind`: something was stored whose spans were not derived. `plan` is that of the last page. */
export async function spansOfDelta(context: CalendarContext, stored: TimeRange | null, plan: ChangePlan, behind: boolean): Promise<SpansOfDelta> {
  const { window } = context.needs;
  const changed = plan.puts.length + plan.removes.length > 0;
  if (stored !== null && !behind && !windowIsBehind(context, stored)) {
    if (!changed) return { busySpans: null, storedWindow: stored };
    const busySpans = await spansByChange(context, plan, stored);
    if (busySpans !== null) return { busySpans, storedWindow: stored };
  }
  return { busySpans: await spansAfter(context, plan, window), storedWindow: window };
}

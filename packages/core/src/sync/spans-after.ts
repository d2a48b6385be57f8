import type { BusySpan, TimeRange } from "@kalends/model";
import type { CalendarContext } from "./calendar-context.ts";
import { SpanDeriver } from "./derive-busy-spans.ts";
import type { ChangePlan } from "./plan-changes.ts";
import { timingGroups } from "./timing-groups.ts";

/** Step 6: the calendar's spans as they will be once the plan is applied. */
export async function spansAfter(context: CalendarContext, plan: ChangePlan | null, window: TimeRange): Promise<BusySpan[]> {
  const deriver = new SpanDeriver(window, context.floatingZone);
  for await (const group of timingGroups(context.store, context.calendar.id, window, plan)) deriver.add(group);
  return takeSpans(context, deriver);
}

/** The spans of a deriver that has seen everything; a series that was cut is worth a line in the log. */
export function takeSpans(context: CalendarContext, deriver: SpanDeriver): BusySpan[] {
  const { spans, capped } = deriver.finish();
  if (capped) context.runtime.logger.log("warn", "a series was cut at a limit", { calendar: context.calendar.id });
  return spans;
}

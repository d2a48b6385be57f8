import type { TimeRange } from "@kalends/model";
import type { CalendarContext } from "./calendar-context.ts";

/** True where the window that spans are stored for has fallen behind the one that is needed now, or was never there. */
export function windowIsBehind(context: CalendarContext, stored: TimeRange | null): boolean {
  if (stored === null) return true;
  const { needs, runtime } = context;
  return needs.window.to - stored.to >= runtime.settings.rollEveryMs || needs.window.from < stored.from;
}

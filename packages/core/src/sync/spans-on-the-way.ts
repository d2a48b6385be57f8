import type { BusySpan, EventTiming } from "@kalends/model";
import type { CalendarContext } from "./calendar-context.ts";
import { SpanDeriver } from "./derive-busy-spans.ts";
import type { MinimalObject } from "./minimize.ts";
import { takeSpans } from "./spans-after.ts";

/**
 * Derives the spans of a calendar while it is read for the first time, so that its objects need not be read back for that. Good only where
 * every stored object came by once: into an empty calendar, no key twice, and no UID in several items.
 */
export class SpansOnTheWay {
  readonly #context: CalendarContext;
  readonly #deriver: SpanDeriver;
  #good = true;

  constructor(context: CalendarContext) {
    this.#context = context;
    this.#deriver = new SpanDeriver(context.needs.window, context.floatingZone);
  }

  take({ object, timing, outside, first, last }: MinimalObject): void {
    if (!this.#good || outside) return;
    const [only] = timing.events;
    // Most objects are one event that happens once, and where it lies is known already.
    if (timing.events.length === 1 && last !== null && happensOnce(only as EventTiming)) this.#deriver.addOne(only as EventTiming, first, last);
    else this.#deriver.add([{ uid: object.uid, timing }]);
  }

  /** Something came by that is stored already, or will come by once more. */
  giveUp(): void {
    this.#good = false;
  }

  /** The spans, or `null` where they have to be derived from what is stored. */
  async finish(): Promise<BusySpan[] | null> {
    const { store, calendar } = this.#context;
    if (!this.#good || (await store.sync.sharedUids(calendar.id)).length > 0) return null;
    return takeSpans(this.#context, this.#deriver);
  }
}

function happensOnce({ recurrenceId, rules, exclusionRules, additionalTimes, excludedTimes }: EventTiming): boolean {
  return (recurrenceId ?? rules ?? exclusionRules ?? additionalTimes ?? excludedTimes) === undefined;
}

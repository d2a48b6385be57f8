import type { BusySpan } from "@kalends/model";
import type { CalendarContext } from "./calendar-context.ts";
import { SpanDeriver, type TimingPart } from "./derive-busy-spans.ts";
import type { MinimalObject } from "./minimize.ts";
import { takeSpans } from "./spans-after.ts";

/**
 * Derives the spans of a calendar while it is read for the first time, so that its objects need not be read back for that. Good only where
 * every stored object came by once: into an empty calendar, no key twice, and no UID in several items.
 */
export class SpansOnTheWay {
  readonly #context: CalendarContext;
  readonly #deriver: SpanDeriver;
  #parts: TimingPart[] = [];
  #good = true;

  constructor(context: CalendarContext) {
    this.#context = context;
    this.#deriver = new SpanDeriver(context.needs.window, context.floatingZone);
  }

  take({ object, timing, outside }: MinimalObject): void {
    if (!outside) this.#parts.push({ uid: object.uid, timing });
  }

  /** `known`: something was stored already under a key of the page. */
  endPage(known: boolean): void {
    if (known) this.#good = false;
    if (this.#good) this.#deriver.add(this.#parts);
    this.#parts = [];
  }

  /** The spans, or `null` where they have to be derived from what is stored. */
  async finish(): Promise<BusySpan[] | null> {
    const { store, calendar } = this.#context;
    if (!this.#good || (await store.sync.sharedUids(calendar.id)).length > 0) return null;
    return takeSpans(this.#context, this.#deriver);
  }
}

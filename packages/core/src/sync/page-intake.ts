import { toKalendsError } from "@kalends/model";
import type { CalendarObject, KalendsError, PulledPage, StoredObject } from "@kalends/model";
import type { CalendarContext } from "./calendar-context.ts";
import { guardObject, guardRemoved } from "./guard-plan.ts";
import { minimize } from "./minimize.ts";
import { sealObject } from "./seal-object.ts";
import type { SpansOnTheWay } from "./spans-on-the-way.ts";

/**
 * Steps 2 and 3 of the sync line for the objects of one page, one by one and as they are read: minimize and seal. What is held of a page is
 * the stored form of its objects, and one of them as it came.
 */
export class PageIntake {
  readonly #context: CalendarContext;
  readonly #spans: SpansOnTheWay | null;
  #stored: StoredObject[] = [];
  #failure: KalendsError | null = null;

  constructor(context: CalendarContext, spans: SpansOnTheWay | null) {
    this.#context = context;
    this.#spans = spans;
  }

  /** A try to read the page begins; what an earlier one brought is dropped. */
  begin(): void {
    if (this.#stored.length > 0) this.#spans?.giveUp();
    this.#stored = [];
    this.#failure = null;
  }

  /** For `PullRequest.take`. An adapter's own handling of faults must not see ours: what goes wrong is thrown by `finish`. */
  readonly take = (object: CalendarObject): void => {
    if (this.#failure !== null) return;
    try {
      this.#add(object);
    } catch (thrown) {
      this.#failure = toKalendsError(thrown);
    }
  };

  /** All objects of the page in stored form. Throws `answer-invalid` for a page that contradicts itself, and what sealing throws. */
  finish(page: PulledPage): StoredObject[] {
    if (this.#failure !== null) throw this.#failure;
    for (const object of page.objects) this.#add(object);
    guardRemoved(page.removed, this.#stored);
    return this.#stored;
  }

  #add(object: CalendarObject): void {
    guardObject(object);
    const { needs, floatingZone, sealer, store, calendar } = this.#context;
    const minimal = minimize(object, needs, floatingZone);
    this.#spans?.take(minimal);
    this.#stored.push(sealObject(minimal, sealer, store.organizationId, calendar.id));
  }
}

import type { AppliedBatch, ErrorCode, PulledPage, RefusedReading } from "@kalends/model";
import type { ChangePlan } from "./plan-changes.ts";

/** How far a sync is; handed to `onProgress` after each applied page. */
export interface SyncProgress {
  calendarId: string;
  /** Items read in this pass so far. */
  items: number;
  /** Items that the pass has in all, where the provider told. */
  expectedItems: number | null;
  pages: number;
}

/** How one sync of one calendar ended. */
export interface SyncReport {
  calendarId: string;
  ok: boolean;
  /** `snapshot` where the whole was read, `delta` for changes only; `null` where nothing was read. */
  pass: "delta" | "snapshot" | null;
  created: number;
  updated: number;
  removed: number;
  unchanged: number;
  quarantined: number;
  pages: number;
  durationMs: number;
  error: { code: ErrorCode; message: string; remedy: string } | null;
  /** ISO 8601 instant of the next try by itself, where one is planned. */
  nextTry: string | null;
}

/** Counts what a sync did, over all its passes. */
export class PassTally {
  readonly calendarId: string;
  kind: "delta" | "snapshot" | null = null;
  created = 0;
  updated = 0;
  removed = 0;
  unchanged = 0;
  quarantined = 0;
  pages = 0;
  items = 0;
  expectedItems: number | null = null;
  /** The reading that the guard refused in this run. */
  refusedRemovals: RefusedReading | null = null;
  #news = false;

  constructor(calendarId: string) {
    this.calendarId = calendarId;
  }

  /** A pass starts: what is counted per pass begins at zero. */
  begin(): void {
    this.items = 0;
    this.unchanged = 0;
    this.quarantined = 0;
    this.expectedItems = null;
  }

  /** `objects`: how many the page had. */
  add(page: PulledPage, objects: number, plan: ChangePlan): void {
    this.kind = page.pass;
    this.pages += 1;
    this.items += objects + page.present.length + page.removed.length + page.quarantined.length;
    if (page.expectedItems !== undefined) this.expectedItems = page.expectedItems;
    this.unchanged += plan.seen.length;
    this.quarantined += page.quarantined.length;
    this.#count(plan);
  }

  swept(plan: ChangePlan): void {
    this.#count(plan);
  }

  applied(batch: AppliedBatch): void {
    if (batch.lastSequence !== null) this.#news = true;
  }

  /** True once after change records were written. */
  takeNews(): boolean {
    const news = this.#news;
    this.#news = false;
    return news;
  }

  progress(): SyncProgress {
    return { calendarId: this.calendarId, items: this.items, expectedItems: this.expectedItems, pages: this.pages };
  }

  #count(plan: ChangePlan): void {
    for (const { kind } of plan.changes) {
      if (kind === "object-created") this.created += 1;
      else if (kind === "object-updated") this.updated += 1;
      else if (kind === "object-removed") this.removed += 1;
    }
  }
}

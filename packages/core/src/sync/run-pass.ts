import { KalendsError } from "@kalends/model";
import type { Cursor, PageToken, PassKind, PulledPage, RefusedReading, RemoteKey, Revision, SyncClaim } from "@kalends/model";
import { applyParts, auditLine, planPage, type PassHandle } from "./apply-page.ts";
import { pullReach } from "../permissions/account-needs.ts";
import type { CalendarContext } from "./calendar-context.ts";
import { guardPage } from "./guard-plan.ts";
import { PageIntake } from "./page-intake.ts";
import { pullWithRetry } from "./pull-with-retry.ts";
import { spansOfDelta } from "./spans-of-delta.ts";
import { SpansOnTheWay } from "./spans-on-the-way.ts";
import { finishSnapshot } from "./sweep-unseen.ts";
import type { PassTally } from "./sync-report.ts";

export interface PassOptions {
  cursor: Cursor | null;
  thorough: boolean;
  /** An earlier snapshot that was refused. */
  refusedBefore: RefusedReading | null;
  signal: AbortSignal;
  onPage(tally: PassTally): void;
}

/** One pass: all pages from one cursor to the next. Throws what the provider or the guard throws; what was applied stays. */
export async function runPass(context: CalendarContext, claim: SyncClaim, options: PassOptions, tally: PassTally): Promise<void> {
  const { store, calendar, needs } = context;
  const forgetCursor = options.cursor === null && claim.cursor !== null;
  const handle: PassHandle = { token: claim.token, pass: await store.sync.beginPass(calendar.id, claim.token, { forgetCursor }) };
  const memo = new Map<string, unknown>();
  const knownRevisions = new Map<RemoteKey, Revision>();
  let pageToken: PageToken | null = null;
  let kind: PassKind | null = null;
  let spansBehind = claim.spansBehind;
  let before = options.cursor === null ? (await store.sync.countObjects(calendar.id, handle.pass)).all : null;
  const spans = before === 0 ? new SpansOnTheWay(context) : null;
  for (;;) {
    const intake = new PageIntake(context, spans);
    const request = {
      calendar: { remoteKey: calendar.remoteKey, hints: calendar.hints },
      cursor: options.cursor,
      pageToken,
      window: needs.window,
      memo,
      thorough: options.thorough,
      reach: pullReach(needs),
      revisionsOf: async (keys: readonly RemoteKey[]): Promise<ReadonlyMap<RemoteKey, Revision>> => {
        const found = await store.sync.revisionsOf(calendar.id, keys, needs.window);
        for (const [key, revision] of found) knownRevisions.set(key, revision);
        return found;
      },
      take: intake.take,
    };
    const page: PulledPage = await pullWithRetry(context, request, options.signal, () => intake.begin());
    guardPage(page, { request, kind });
    const objects = intake.finish(page);
    if (page.pass === "snapshot") before ??= (await store.sync.countObjects(calendar.id, handle.pass)).all;
    kind = page.pass;
    const plan = await planPage(context, page, objects, knownRevisions, spans);
    for (const { remoteKey } of plan.seen) knownRevisions.delete(remoteKey);
    tally.add(page, objects.length, plan);
    const audit = auditLine(page, plan, page.quarantined.length);
    const last = page.nextPageToken === null;
    if (last && page.pass === "delta") {
      const { busySpans, storedWindow } = await spansOfDelta(context, claim.storedWindow, plan, spansBehind);
      const completed = { pass: page.pass, cursor: page.nextCursor, storedWindow, hints: page.hints ?? null };
      tally.applied(await applyParts(context, handle, { plan, quarantined: page.quarantined, gone: page.removed, busySpans, completed, audit }));
      options.onPage(tally);
      return;
    }
    const parts = { plan, quarantined: page.quarantined, gone: page.removed, busySpans: null, completed: null, audit, refusedRemovals: claim.refusedRemovals };
    tally.applied(await applyParts(context, handle, parts));
    spansBehind ||= plan.puts.length + plan.removes.length > 0;
    options.onPage(tally);
    if (last) {
      tally.applied(await finishSnapshot(context, handle, { page, before: before ?? 0, refusedBefore: options.refusedBefore, spans, tally }));
      options.onPage(tally);
      return;
    }
    if (options.signal.aborted) throw new KalendsError("aborted", "The sync was stopped");
    pageToken = page.nextPageToken;
  }
}

import type { AccountId, BatchAudience, CalendarId, CalendarListUpdate, NewApplicationRecord, OrganizationStore } from "@kalends/model";
import type { ObjectMove } from "../sync/plan-changes.ts";
import { busyRecords, calendarRecord, eventRecord } from "./application-records.ts";
import { readAccess } from "./read-access.ts";
import type { View } from "./view.ts";

const present = (records: (NewApplicationRecord | null)[]): NewApplicationRecord[] => records.filter((record) => record !== null);

function audience(views: readonly View[], accountId: AccountId, records: NewApplicationRecord[], now: number): { audience?: BatchAudience } {
  if (views.length === 0) return {};
  return { audience: { accountId, records, busyMoved: (before, after) => views.flatMap((view) => busyRecords(view, before, after, now)) } };
}

/** What applications with a feed of their own are told of a batch of one calendar; empty where there is none. */
export function audienceOf(
  views: readonly View[],
  batch: { accountId: AccountId; calendarId: CalendarId; moves: readonly ObjectMove[]; now: number },
): { audience?: BatchAudience } {
  const records = views.flatMap((view) => present(batch.moves.map((move) => eventRecord(view, batch.calendarId, move, batch.now))));
  return audience(views, batch.accountId, records, batch.now);
}

/** What they are told of a change of the calendar list. Removed calendars take their busy times with them. */
export async function listAudience(
  store: OrganizationStore,
  accountId: AccountId,
  update: Pick<CalendarListUpdate, "changes" | "now">,
): Promise<{ audience?: BatchAudience }> {
  const { views } = await readAccess(store, accountId, update.now);
  const records = views.flatMap((view) => present(update.changes.map(({ kind, calendarId }) => calendarRecord(view, kind, calendarId))));
  return audience(views, accountId, records, update.now);
}

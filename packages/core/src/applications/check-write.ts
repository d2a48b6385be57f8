import { KalendsError } from "@kalends/model";
import type { ApplicationId, Calendar, Scope } from "@kalends/model";
import { requireScope } from "./find-view.ts";
import type { View } from "../permissions/view.ts";

/** `respond`: the account holder's own answer to an invitation. */
export type WriteAction = "create" | "update" | "delete" | "respond";

export interface WriteQuestion {
  action: WriteAction;
  calendar: Pick<Calendar, "id" | "readOnly">;
  /** Which application wrote the event that is to change; `null`: none, it is a third-party event. Does not count for `create`. */
  writtenBy: ApplicationId | null;
}

/** The scope that each action needs. */
export const writeScopes: Readonly<Record<WriteAction, Scope>> = {
  create: "create_event",
  update: "create_event",
  delete: "delete_event",
  respond: "change_participation_status",
};

/**
 * May the view write this? Events that the application did not write are read-only until the owner raises the level of the calendar.
 * Throws `not-authorized`, and `permission-denied` where the calendar itself is read-only. Pure.
 */
export function checkWrite(view: View, question: WriteQuestion): void {
  const { action, calendar, writtenBy } = question;
  requireScope(view, writeScopes[action]);
  if (calendar.readOnly) throw new KalendsError("permission-denied", `The calendar ${calendar.id} is read-only`);
  const own = writtenBy === view.applicationId;
  if (action === "create" || action === "respond" || own || view.authorization.raisedCalendarIds.includes(calendar.id)) return;
  throw new KalendsError("not-authorized", `Events of the calendar ${calendar.id} that the application did not write are read-only to it`);
}

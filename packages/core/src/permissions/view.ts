import type { Application, Authorization, CalendarId, DetailLevel, QueryWindow, ReadReach, Scope, TimeRange } from "@kalends/model";
import { grantedScopes } from "./account-needs.ts";

const dayMs = 86_400_000;

/** What one active authorization lets its application see of one account. */
export interface View {
  authorization: Authorization;
  applicationId: string;
  accountId: string;
  /** The application has a feed of its own. */
  feed: boolean;
  window: QueryWindow;
  scopes: ReadonlySet<Scope>;
  /** How events look: `busy` means that no event is seen at all, only busy times. */
  level: DetailLevel;
  excluded: ReadonlySet<CalendarId>;
}

/** The view that an authorization gives; `null` where it ended. Pure. */
export function viewOf(authorization: Authorization, application: Application | undefined): View | null {
  if (authorization.state !== "active" || application === undefined) return null;
  const scopes = grantedScopes(authorization, application);
  return {
    authorization,
    applicationId: application.id,
    accountId: authorization.accountId,
    feed: application.feed,
    window: application.window,
    scopes,
    level: scopes.has("read_events") ? authorization.detail : "busy",
    excluded: new Set(authorization.excludedCalendarIds),
  };
}

/** Reading events covers reading busy times. */
export function readsBusy(view: View): boolean {
  return view.scopes.has("read_free_busy") || view.scopes.has("read_events");
}

/** Events marked private are shown to the level `full` only, and only where the owner says so. */
export function showsPrivate(view: View): boolean {
  return view.level === "full" && view.authorization.privateEvents;
}

/** The columns that may be selected for the view. */
export function reachOf(view: View): ReadReach {
  return {
    titles: view.level !== "busy",
    content: view.level === "full",
    descriptions: view.level === "full" && !view.authorization.noDescriptions,
    privateEvents: showsPrivate(view),
  };
}

/** The application's own query window around `now`. */
export function ownWindow(view: Pick<View, "window">, now: number): TimeRange {
  return { from: now - view.window.daysBack * dayMs, to: now + view.window.daysAhead * dayMs };
}

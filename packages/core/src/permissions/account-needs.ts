import { defaultQueryWindow } from "@kalends/model";
import type { Application, Authorization, CalendarId, DetailLevel, KeptDetail, PullReach, Scope, TimeRange } from "@kalends/model";

const dayMs = 86_400_000;

/** What all active authorizations of one account need together; nothing beyond it is kept. */
export interface AccountNeeds {
  /** Union of the query windows around now. */
  window: TimeRange;
  /** The most detailed level that anybody reaches. `busy`: no content at all is kept. */
  detail: DetailLevel;
  /** False where every authorization that reads events forbids descriptions. */
  descriptions: boolean;
  /** True where somebody may see the content of events marked private. */
  privateEvents: boolean;
  /** Calendars that every authorization excludes: not asked for, not stored. */
  excluded: ReadonlySet<CalendarId>;
}

const detailRank: Record<DetailLevel, number> = { busy: 0, title: 1, full: 2 };

/** An authorization's scopes, as far as its application may still have them. */
export function grantedScopes(authorization: Authorization, application: Application | undefined): ReadonlySet<Scope> {
  return new Set(authorization.scopes.filter((scope) => application?.scopes.includes(scope) === true));
}

/** Which parts of events are worth asking a provider for. */
export function pullReach({ detail, descriptions }: AccountNeeds): PullReach {
  return { titles: detail !== "busy", content: detail === "full", descriptions };
}

/** What may stay stored. */
export function keptDetail(needs: AccountNeeds): KeptDetail {
  return { window: needs.window, ...pullReach(needs), privateEvents: needs.privateEvents };
}

/** `null`: nobody is authorized, so nothing may be read. Pure. */
export function accountNeeds(
  authorizations: readonly Authorization[],
  applications: readonly Application[],
  now: number,
): AccountNeeds | null {
  const active = authorizations.filter((authorization) => authorization.state === "active");
  if (active.length === 0) return null;
  const byId = new Map(applications.map((application) => [application.id, application]));
  let back = 0;
  let ahead = 0;
  let detail: DetailLevel = "busy";
  let descriptions = false;
  let privateEvents = false;
  for (const authorization of active) {
    const application = byId.get(authorization.applicationId);
    const window = application?.window ?? defaultQueryWindow;
    back = Math.max(back, window.daysBack);
    ahead = Math.max(ahead, window.daysAhead);
    const reach = grantedScopes(authorization, application).has("read_events") ? authorization.detail : "busy";
    if (detailRank[reach] > detailRank[detail]) detail = reach;
    if (reach === "full" && !authorization.noDescriptions) descriptions = true;
    if (reach === "full" && authorization.privateEvents) privateEvents = true;
  }
  const [first, ...others] = active;
  const excluded = new Set(
    (first?.excludedCalendarIds ?? []).filter((id) => others.every((other) => other.excludedCalendarIds.includes(id))),
  );
  return { window: { from: now - back * dayMs, to: now + ahead * dayMs }, detail, descriptions, privateEvents, excluded };
}

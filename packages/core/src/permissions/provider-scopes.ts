import { KalendsError } from "@kalends/model";
import type { Connection, ProviderId } from "@kalends/model";
import type { AccountNeeds } from "./account-needs.ts";

/** What an application wants to do at a provider. */
export type ProviderFeature =
  | "know-login"
  | "list-calendars"
  | "read-busy"
  | "read-events"
  | "read-descriptions"
  | "write-events"
  | "create-calendars";

export const providerFeatures: readonly ProviderFeature[] = [
  "know-login", "list-calendars", "read-busy", "read-events", "read-descriptions", "write-events", "create-calendars",
];

interface ProviderScopes {
  /** Prefix that the provider adds to its scopes in some answers. */
  prefix: string;
  /** Asked for in any case. */
  always: readonly string[];
  /** For each feature the scopes that are enough, smallest first. */
  enough: Readonly<Record<ProviderFeature, readonly string[]>>;
}

const google = (name: string): string => `https://www.googleapis.com/auth/${name}`;

/**
 * Scopes of each provider that grants any. Google: Calendar API, "Choose Google Calendar API scopes" (developers.google.com/workspace/calendar/api/auth);
 * Microsoft: Graph permissions reference, delegated calendar permissions. A provider that is missing here grants no scopes (CalDAV, feeds).
 */
export const providerScopes: ReadonlyMap<ProviderId, ProviderScopes> = new Map<ProviderId, ProviderScopes>([
  [
    "google",
    {
      prefix: "",
      always: [],
      enough: {
        "know-login": ["openid"],
        "list-calendars": [google("calendar.calendarlist.readonly"), google("calendar.calendarlist"), google("calendar.readonly"), google("calendar")],
        // Who may read events may read when they are.
        "read-busy": [google("calendar.freebusy"), google("calendar.events.readonly"), google("calendar.events"), google("calendar.readonly"), google("calendar")],
        "read-events": [google("calendar.events.readonly"), google("calendar.events"), google("calendar.readonly"), google("calendar")],
        "read-descriptions": [google("calendar.events.readonly"), google("calendar.events"), google("calendar.readonly"), google("calendar")],
        "write-events": [google("calendar.events"), google("calendar")],
        "create-calendars": [google("calendar.app.created"), google("calendar.calendars"), google("calendar")],
      },
    },
  ],
  [
    "microsoft",
    {
      prefix: "https://graph.microsoft.com/",
      always: ["offline_access"],
      enough: {
        "know-login": ["User.Read"],
        "list-calendars": ["Calendars.ReadBasic", "Calendars.Read", "Calendars.ReadWrite"],
        "read-busy": ["Calendars.ReadBasic", "Calendars.Read", "Calendars.ReadWrite"],
        "read-events": ["Calendars.ReadBasic", "Calendars.Read", "Calendars.ReadWrite"],
        "read-descriptions": ["Calendars.Read", "Calendars.ReadWrite"],
        "write-events": ["Calendars.ReadWrite"],
        "create-calendars": ["Calendars.ReadWrite"],
      },
    },
  ],
]);

/** The fewest and smallest scopes for the features, in the order of the table; empty where the provider grants no scopes. Pure. */
export function planProviderScopes(provider: ProviderId, features: Iterable<ProviderFeature>): string[] {
  const table = providerScopes.get(provider);
  if (table === undefined) return [];
  const wanted = [...new Set(features)].map((feature) => table.enough[feature]);
  const chosen = new Set<string>();
  // Features with the fewest choices first: a large scope that one of them forces covers others.
  for (const choices of wanted.sort((one, other) => one.length - other.length)) {
    const smallest = choices[0];
    if (smallest !== undefined && !choices.some((scope) => chosen.has(scope))) chosen.add(smallest);
  }
  // A later choice may have made an earlier one needless.
  for (const scope of [...chosen]) {
    const others = new Set([...chosen].filter((one) => one !== scope));
    if (wanted.every((choices) => choices.some((one) => others.has(one)))) chosen.delete(scope);
  }
  return [...table.always, ...chosen];
}

/** For each feature that the granted scopes do not cover, the smallest scope that would. Pure. */
export function missingScopes(provider: ProviderId, features: Iterable<ProviderFeature>, granted: readonly string[]): string[] {
  const table = providerScopes.get(provider);
  if (table === undefined) return [];
  const plain = (scope: string): string => {
    const lower = scope.toLowerCase();
    return table.prefix !== "" && lower.startsWith(table.prefix) ? lower.slice(table.prefix.length) : lower;
  };
  const have = new Set(granted.map(plain));
  const uncovered = [...new Set(features)].filter((feature) => !table.enough[feature].some((scope) => have.has(plain(scope))));
  return planProviderScopes(provider, uncovered).filter((scope) => !table.always.includes(scope));
}

/** What reading the account takes at the provider: where nobody needs more than busy times, no right to read events. */
export function featuresOf(needs: AccountNeeds): ProviderFeature[] {
  return ["list-calendars", needs.detail === "busy" ? "read-busy" : "read-events", ...(needs.descriptions ? (["read-descriptions"] as const) : [])];
}

/** Throws `scope-missing`, naming what the provider did not grant. Connections that know of no grant are not judged. */
export function requireGranted(connection: Pick<Connection, "id" | "provider" | "grantedScopes">, features: Iterable<ProviderFeature>): void {
  if (connection.grantedScopes === null) return;
  const missing = missingScopes(connection.provider, features, connection.grantedScopes);
  if (missing.length === 0) return;
  throw new KalendsError("scope-missing", `The connection ${connection.id} was not granted ${missing.join(", ")}`);
}

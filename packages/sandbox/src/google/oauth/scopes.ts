const prefix = "https://www.googleapis.com/auth/";

/** What each scope says on the consent page. */
const words: Readonly<Record<string, string>> = {
  openid: "Associate you with your personal info",
  email: "See your primary email address",
  profile: "See your personal info",
  [`${prefix}userinfo.email`]: "See your primary email address",
  [`${prefix}userinfo.profile`]: "See your personal info",
  [`${prefix}calendar`]: "See, edit, share, and permanently delete all the calendars you can access",
  [`${prefix}calendar.readonly`]: "See and download any calendar you can access",
  [`${prefix}calendar.events`]: "View and edit events on all your calendars",
  [`${prefix}calendar.events.readonly`]: "View events on all your calendars",
  [`${prefix}calendar.events.owned`]: "See, create, change, and delete events on calendars you own",
  [`${prefix}calendar.events.owned.readonly`]: "See the events on calendars you own",
  [`${prefix}calendar.events.public.readonly`]: "See the events on public calendars",
  [`${prefix}calendar.events.freebusy`]: "See the availability on calendars you have access to",
  [`${prefix}calendar.freebusy`]: "View your availability in your calendars",
  [`${prefix}calendar.calendarlist`]: "See, add, and remove calendars you are subscribed to",
  [`${prefix}calendar.calendarlist.readonly`]: "See the list of calendars you are subscribed to",
  [`${prefix}calendar.calendars`]: "See and change the properties of calendars, and create secondary calendars",
  [`${prefix}calendar.calendars.readonly`]: "See the title, description, default time zone, and other properties of calendars",
  [`${prefix}calendar.settings.readonly`]: "View your calendar settings",
  [`${prefix}calendar.app.created`]: "Make secondary calendars, and see, create, change, and delete events on them",
  [`${prefix}calendar.acls`]: "See and change the sharing permissions of calendars you own",
  [`${prefix}calendar.acls.readonly`]: "See the sharing permissions of calendars you own",
};

/** Scopes that identify the user; they are always granted together with the rest, without a tick of their own. */
export function isIdentityScope(scope: string): boolean {
  return ["openid", "email", "profile", `${prefix}userinfo.email`, `${prefix}userinfo.profile`].includes(scope);
}

/** What a scope allows, in words; `null` for one that Google does not know. */
export function scopeWords(scope: string): string | null {
  return Object.hasOwn(words, scope) ? (words[scope] ?? null) : null;
}

/** The scopes of a request, each once. */
export function readScopes(text: string): string[] {
  return [...new Set(text.split(/\s+/).filter((scope) => scope !== ""))];
}

/** Short form without the address, as the route table writes it. */
export function calendarScopes(...names: string[]): string[] {
  return names.map((name) => `${prefix}calendar${name === "" ? "" : `.${name}`}`);
}

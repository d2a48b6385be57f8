// Writes the tables of docs/reference/google.md from the Google adapter, so that the page and the code cannot disagree.
//   node scripts/docs-google.ts            writes the page
//   node scripts/docs-google.ts --check    exits 1 where the page is out of date
import { readFileSync, writeFileSync } from "node:fs";
import { defaultBudget, googleLimits, typeMeanings } from "../packages/provider-google/src/index.ts";

const page = new URL("../docs/reference/google.md", import.meta.url);
const reaches: readonly [string, string][] = [
  ["free-busy times", "id, times, rules, status, transparency, visibility, kind, and the account holder's own answer"],
  ["titles", "also the title"],
  ["events without descriptions", "also place, colour, source, conference link, organizer, attendees"],
  ["whole events", "also the description"],
];

const lines = [
  "# Google Calendar",
  "",
  "What the Google adapter makes of Google's events. The tables are generated from `packages/provider-google`. To connect one:",
  "[connect a Google calendar](../how-to/connect-google.md).",
  "",
  "## Kinds of events",
  "",
  "The [busy rules](busy-rules.md) decide in their order: cancelled, declined and transparent events are free whatever their kind.",
  "",
  "| `eventType` | is then |",
  "| --- | --- |",
  ...typeMeanings.map(({ eventType, meaning }) => `| \`${eventType}\` | ${meaning} |`),
  "| any other | as a `default` event |",
  "",
  "## What is asked for",
  "",
  "Every request names its fields.",
  "",
  "| where somebody is authorized to need | Google is asked for |",
  "| --- | --- |",
  ...reaches.map(([who, what]) => `| ${who} | ${what} |`),
  "",
  "Where the grant is for busy times alone, or the calendar is shared so, no event is read at all: `freebusy.query` is asked, and its periods are what is stored.",
  "",
  "Calendars that the user hides in Google's sidebar are listed like the others. The whole of a calendar is read, past and future: a sync token takes no window.",
  "",
  "## Times",
  "",
  "- Google writes an instant with some offset, and the event's own zone beside it. Kalends keeps the wall time in that zone, for a series and its exceptions alike.",
  "- The second pass of a repeated hour has no wall time of its own: a single event there is kept as its instant.",
  "- A series without a zone is read in the calendar's. A zone that is not known is a warning, never silently UTC.",
  "",
  "## Series",
  "",
  "One item is one series: the master, changed instances as overrides, cancelled ones as excluded times. An invitation to a single instance of somebody else's series",
  "is an item of its own. Those can be read, not changed.",
  "",
  "## Pace",
  "",
  `At most ${defaultBudget.perUser} requests a minute for one user and ${defaultBudget.perProject} for the project (\`google.budget\` sets others), counted over a sliding minute in this process; logins take turns.`,
  "403 is told from 403 by its reason: rate and usage limits pause the login, or the project, for as long as Google says, and everything else is a refusal.",
  "`accountDisabled` and `accountDeleted` have the effect of a grant that was taken back (`grant-revoked`): all jobs of the connection stop and its login is dropped. A suspended",
  "user's refresh is refused with `invalid_grant`, which has the same effect. `domainPolicy` speaks of the administrator's rules and not of the login, so the login stays.",
  "",
  "## What it cannot do",
  "",
  ...googleLimits.map((limit) => `- ${limit}.`),
  "",
];
const text = lines.join("\n");

if (process.argv.includes("--check")) {
  if (readFileSync(page, "utf8") !== text) {
    console.error("docs/reference/google.md is out of date: run `node scripts/docs-google.ts`");
    process.exitCode = 1;
  }
} else {
  writeFileSync(page, text);
}

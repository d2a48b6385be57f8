import { describeProviderConformance } from "@kalends/testing";
import { openCaldavHarness } from "./caldav-harness.ts";

// DAViCal answers a dead sync-token with a silent full list, names the newest change once more, refuses `(` in names and fails on events without
// a start.
const itemNames = ["plain.ics", "mit leer.ics", "ümlaut-日本.ics", "at@sign.ics", "plus+tilde~.ics", "no-suffix", "UPPER.ICS"];
const scheduling = { organizer: "alice@example.test", attendee: "bob@example.test" };
describeProviderConformance("CalDAV on davical", (context) => openCaldavHarness("davical", context, { deadCursor: null, brokenItem: null, repeats: true, itemNames, scheduling }));

// A floor, not a product: fetch in pages of 500, scan the XML with a pattern, parse what a calendar needs, write rows into SQLite. It knows no
// namespaces, no broken input, no encryption, no change feed, no busy spans, no recurrence, no zones, and trusts the server in everything.
import { runFloor } from "../run-floor.ts";

await runFloor({ obliged: false });

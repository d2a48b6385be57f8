import { createHash } from "node:crypto";
import { expandObjects, parseCalendar, writeCalendar } from "../src/index.ts";
import { answerOf, textOf, type Corpus } from "./corpus.ts";
import { sharedJson } from "./shared-data.ts";

/** Prints one digest over everything that the engine answers to the corpus. Run under several TZ by host-zone.test.ts. */
const corpus = sharedJson<Corpus>("recurrence/corpus-shared.json");
const hash = createHash("sha256");
for (const entry of corpus?.cases ?? []) {
  if (entry.kind === "rule") hash.update(JSON.stringify(answerOf(entry)));
  else {
    const { objects } = parseCalendar(textOf(entry), { remoteKey: "k", revision: null });
    hash.update(writeCalendar(objects));
    hash.update(JSON.stringify(expandObjects(objects, { from: 0, to: 4e12 }, { floatingZone: "Europe/Berlin", maxResults: 200 })));
  }
}
console.log(`${process.env["TZ"]} ${new Date(1_770_000_000_000).getHours()} ${hash.digest("hex")}`);

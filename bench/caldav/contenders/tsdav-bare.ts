// tsdav's functions at their barest: sync-collection, multiget of what it names, nothing parsed, everything kept in a JSON file.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { calendarMultiGet, syncCollection } from "tsdav";
import { reportOwnUsage } from "../../measure/own-usage.ts";
import { authorizationOf, readTask } from "../contender.ts";

const task = readTask();
const file = join(task.folder, "calendar.json");

interface Kept {
  token: string;
  objects: Record<string, { etag: unknown; data: unknown }>;
}

await reportOwnUsage(async () => {
  const kept: Kept = task.phase === "first" ? { token: "", objects: {} } : (JSON.parse(readFileSync(file, "utf8")) as Kept);
  const headers = { authorization: authorizationOf(task) };
  const changes = await syncCollection({ url: task.calendarUrl, props: { "d:getetag": {} }, syncLevel: 1, syncToken: kept.token, headers });
  const objectUrls = changes.filter(({ href }) => href?.endsWith(".ics") === true).map(({ href }) => href as string);
  if (objectUrls.length > 0) {
    const props = { "d:getetag": {}, "c:calendar-data": {} };
    for (const { href, props: found } of await calendarMultiGet({ url: task.calendarUrl, props, objectUrls, depth: "1", headers })) {
      const data = found?.["calendarData"] as { _cdata?: string } | string | undefined;
      kept.objects[href as string] = { etag: found?.["getetag"], data: typeof data === "object" ? data._cdata : data };
    }
  }
  kept.token = (changes[0]?.raw as { multistatus?: { syncToken?: string } } | undefined)?.multistatus?.syncToken ?? kept.token;
  writeFileSync(file, JSON.stringify(kept));
  return { items: objectUrls.length, stored: Object.keys(kept.objects).length };
});

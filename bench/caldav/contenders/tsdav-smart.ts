// tsdav's own sync of one collection (smartCollectionSync), its result kept in a JSON file.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { calendarMultiGet, smartCollectionSync, type DAVCollection, type DAVObject } from "tsdav";
import { reportOwnUsage } from "../../measure/own-usage.ts";
import { authorizationOf, readTask } from "../contender.ts";

const task = readTask();
const file = join(task.folder, "calendar.json");

await reportOwnUsage(async () => {
  const before: DAVCollection = existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as DAVCollection)
    : { url: task.calendarUrl, ctag: "", syncToken: "", objects: [] };
  const headers = { authorization: authorizationOf(task) };
  // What DAVClient hands in for calendars.
  const objectMultiGet = calendarMultiGet as NonNullable<DAVCollection["objectMultiGet"]>;
  const account = { accountType: "caldav", serverUrl: task.baseUrl, rootUrl: task.baseUrl, homeUrl: task.baseUrl } as const;
  const collection = { ...before, objectMultiGet, reports: ["syncCollection"] };
  const after = await smartCollectionSync({ collection, method: "webdav", headers, account });
  const known = new Map((before.objects ?? []).map((object: DAVObject) => [object.url, object.etag]));
  const objects = after.objects ?? [];
  writeFileSync(file, JSON.stringify({ ...after, objectMultiGet: undefined }));
  return { items: objects.filter((object: DAVObject) => known.get(object.url) !== object.etag).length, stored: objects.length };
});

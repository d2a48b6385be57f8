import { Secret, type CalendarEvent, type CalendarObject, type ProviderAccess, type PutObjectRequest } from "@kalends/model";
import { fakeClock, seededRandom, type FakeClock } from "@kalends/testing";
import { caldavProvider } from "../src/index.ts";
import { askedHrefs, multistatus, notFound, resource, scriptedTransport, syncToken, type Script, type ScriptedAnswer } from "./scripted-transport.ts";

export const access: ProviderAccess = { endpoint: { homes: "https://cal.example/h/", addresses: "alice@example.org" }, credential: { kind: "password", username: "alice", password: new Secret("pw") } };
export const calendar = { remoteKey: "/h/c/", hints: {} };
const collection = resource("/h/c/", "<d:resourcetype><d:collection/><c:calendar/></d:resourcetype>");

export interface Item {
  text: string;
  etag: string | null;
}

/** How the server treats writes. */
export interface Ways {
  /** Instead of storing; `null`: as usual. */
  put?: (headers: Record<string, string>, text: string) => ScriptedAnswer | null;
  delete?: (headers: Record<string, string>) => ScriptedAnswer | null;
  /** What a write does to the text. */
  rewrite?: (text: string) => string;
  /** Tells the ETag of a PUT. */
  tellsEtag?: boolean;
  /** Hides what was written from reading and listing. */
  hides?: boolean;
  /** Another answer around what the server did. */
  wraps?: (status: number) => ScriptedAnswer;
  /** Multiget leaves everything out. */
  byGet?: boolean;
  /** Listings tell no ETag. */
  untold?: boolean;
  /** What GET tells as ETag. */
  getEtag?: string;
}

/** A small server that minds its guards, and whose ways a test can spoil. */
export function world(items: Record<string, Item>, ways: Ways = {}) {
  const store = new Map(Object.entries(items));
  let version = 10;
  const script: Script = ({ method, url, text, headers = {} }) => {
    const path = new URL(url).pathname;
    const there = store.get(path);
    if (text.includes("calendar-multiget")) return multistatus(...askedHrefs(text).flatMap((href) => toResponse(href, ways.hides === true || ways.byGet === true ? undefined : store.get(href))));
    if (text.includes("sync-collection")) return multistatus(...[...store].flatMap(([href, item]) => toResponse(href, ways.hides === true ? undefined : item)), syncToken("t"));
    if (text.includes("getctag")) return multistatus(resource("/h/c/", "<s:getctag>1</s:getctag>"));
    const listed = [...store].flatMap(([href, item]) => (ways.hides === true ? [] : toResponse(href, ways.untold === true ? { ...item, etag: null } : item)));
    if (method === "PROPFIND" && path === "/h/c/") return multistatus(collection, ...listed);
    if (method === "PROPFIND") return there === undefined ? notFound : multistatus(...listed.filter((response) => response.includes(`>${path}<`)));
    if (method === "GET") return there === undefined || ways.hides === true ? notFound : { status: 200, body: there.text, headers: { "content-type": "text/calendar", etag: ways.getEtag ?? '"get"' } };
    const guard = headers["if-match"];
    const spoiled = method === "PUT" ? ways.put?.(headers, text) : ways.delete?.(headers);
    if (spoiled !== null && spoiled !== undefined) return spoiled;
    if (guard !== undefined && (there === undefined || (guard !== "*" && guard !== there.etag))) return { status: 412 };
    if (headers["if-none-match"] === "*" && there !== undefined) return { status: 412 };
    if (method === "DELETE") {
      store.delete(path);
      return ways.wraps?.(204) ?? { status: 204 };
    }
    version += 1;
    const etag = `"${version}"`;
    store.set(path, { text: ways.rewrite?.(text) ?? text, etag });
    if (ways.wraps !== undefined) return ways.wraps(there === undefined ? 201 : 204);
    return { status: there === undefined ? 201 : 204, ...(ways.tellsEtag === false ? {} : { headers: { etag } }) };
  };
  const clock: FakeClock = fakeClock("2026-03-01T12:00:00Z");
  const { transport, requests } = scriptedTransport(script);
  const provider = caldavProvider({ transport, clock, random: seededRandom(3) });
  const put = (request: Partial<PutObjectRequest> & Pick<PutObjectRequest, "object">) => {
    if (provider.putObject === undefined) throw new Error("no write port");
    return provider.putObject(access, { calendar, target: null, notify: false, ...request });
  };
  const remove = (remoteKey: string, revision: string | null, notify = false) => {
    if (provider.deleteObject === undefined) throw new Error("no write port");
    return provider.deleteObject(access, { calendar, target: { remoteKey, revision }, notify });
  };
  const writes = () => requests.filter(({ method }) => method === "PUT" || method === "DELETE");
  return { store, clock, provider, put, remove, requests, writes };
}

function toResponse(href: string, item: Item | undefined): string[] {
  if (item === undefined) return [];
  const etag = item.etag === null ? "" : `<d:getetag>${item.etag.replaceAll('"', "&quot;")}</d:getetag>`;
  return [resource(href, `<d:resourcetype/>${etag}<c:calendar-data><![CDATA[${item.text}]]></c:calendar-data>`)];
}

export function text(uid: string, ...more: string[]): string {
  const inner = ["BEGIN:VEVENT", `UID:${uid}`, "DTSTAMP:20260101T000000Z", "DTSTART:20260301T090000Z", "DTEND:20260301T100000Z", "SUMMARY:Old", ...more, "END:VEVENT"];
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", ...inner, "END:VCALENDAR", ""].join("\r\n");
}

export const utc = (value: string) => ({ kind: "utc" as const, value });
export const base: CalendarEvent = { uid: "u", start: utc("2026-03-05T09:00:00"), end: utc("2026-03-05T10:00:00"), status: "confirmed", transparent: false, visibility: "public", content: { title: "T" } };
export const object = (event: Partial<CalendarEvent> = {}, uid = ""): CalendarObject => ({ remoteKey: "", revision: null, uid, events: [{ ...base, uid, ...event }] });
export const titled = (title: string) => (current: CalendarObject | null): CalendarObject => ({ ...object(), ...current, events: (current?.events ?? []).map((event) => ({ ...event, content: { ...event.content, title } })) });
export const at = (revision: string | null, remoteKey = "/h/c/a") => ({ remoteKey, revision });
export const a = (): Record<string, Item> => ({ "/h/c/a": { text: text("u"), etag: '"1"' } });

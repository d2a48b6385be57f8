import { eventText, startlessEventText, type RunningServer } from "@kalends/testing";

/** A server with one calendar that the probes may do anything to. */
export interface ProbedServer {
  server: RunningServer;
  /** Path of the calendar, with its last slash. */
  path: string;
  ask(method: string, path: string, options?: { headers?: Record<string, string>; body?: string; login?: string }): Promise<Answer>;
}

export interface Answer {
  status: number;
  header(name: string): string | null;
  text: string;
}

/** One behaviour: how to find out, in a word or two that stay the same from run to run, and what Kalends does about it. */
export interface Probe {
  behaviour: string;
  kalends: string;
  find(probed: ProbedServer): Promise<string>;
}

export async function openProbe(server: RunningServer): Promise<ProbedServer> {
  const ask: ProbedServer["ask"] = async (method, path, { headers = {}, body, login = `${server.username}:${server.password}` } = {}) => {
    const authorization = { authorization: `Basic ${Buffer.from(login).toString("base64")}` };
    const response = await fetch(server.origin + path, { method, headers: { ...(login === "" ? {} : authorization), ...headers }, body: body ?? null, redirect: "manual" });
    return { status: response.status, header: (name) => response.headers.get(name), text: await response.text() };
  };
  const path = `${server.home(server.username)}probed/`;
  const made = await ask("MKCALENDAR", path, { headers: xml, body: `<C:mkcalendar ${names}><D:set><D:prop><D:displayname>Probed</D:displayname><C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set></D:prop></D:set></C:mkcalendar>` });
  if (made.status !== 201) throw new Error(`no calendar: ${made.status}`);
  return { server, path, ask };
}

const names = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/"';
const xml = { "content-type": "application/xml; charset=utf-8" };
const calendarText = { "content-type": "text/calendar; charset=utf-8" };

type Ask = ProbedServer["ask"];
const put = (ask: Ask, path: string, text: string, headers: Record<string, string> = {}): Promise<Answer> => ask("PUT", path, { headers: { ...calendarText, ...headers }, body: text });
const propfind = (ask: Ask, path: string, props: string, depth = "0"): Promise<Answer> => ask("PROPFIND", path, { headers: { ...xml, depth }, body: `<D:propfind ${names}><D:prop>${props}</D:prop></D:propfind>` });
const report = (ask: Ask, path: string, body: string, depth = "1"): Promise<Answer> => ask("REPORT", path, { headers: { ...xml, depth }, body });
const sync = (ask: Ask, path: string, token: string, props = "<D:getetag/>"): Promise<Answer> =>
  report(ask, path, `<D:sync-collection ${names}><D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop>${props}</D:prop></D:sync-collection>`, "0");
const tokenIn = (text: string): string => /<(?:\w+:)?sync-token\s*>([^<]*)</.exec(text)?.[1] ?? "";
const responses = (text: string): string[] => [...text.matchAll(/<(?:\w+:)?response\b[^]*?<\/(?:\w+:)?response>/g)].map(([part]) => part);

/** The status, with the precondition that the body names, or the status inside a 207. */
function told({ status, text }: Answer): string {
  const condition = /<(?:\w+:)?(valid-[a-z-]+|no-uid-conflict|unique-[a-z-]+|supported-[a-z-]+|number-of-[a-z-]+)\b/.exec(text)?.[1];
  const inner = status === 207 ? /<(?:\w+:)?status>HTTP\/\S+ (\d{3})/.exec(text)?.[1] : undefined;
  return [String(status), ...(inner === undefined ? [] : [`around ${inner}`]), ...(condition === undefined ? [] : [condition])].join(" ");
}

const isFine = (answer: Answer): boolean => answer.status >= 200 && answer.status < 300 && !(answer.status === 207 && !told(answer).includes("around 2"));

async function existing(ask: Ask, path: string): Promise<string> {
  const made = await put(ask, path, eventText(path.split("/").at(-1)?.replace(".ics", "") ?? "x", "Old"));
  return made.header("etag") ?? (await ask("GET", path)).header("etag") ?? "";
}

const discovery: readonly Probe[] = [
  { behaviour: "`/.well-known/caldav`", kalends: "asked after the typed address; redirects by rule", find: async ({ ask }) => String((await propfind(ask, "/.well-known/caldav", "<D:current-user-principal/>")).status) },
  { behaviour: "principal named at `/`", kalends: "the usual paths of known software come next", find: async ({ ask }) => (await propfind(ask, "/", "<D:current-user-principal/>")).text.includes("current-user-principal") ? "yes" : "no" },
  { behaviour: "wrong password", kalends: "`auth-failed`, and no second try", find: async ({ ask, path }) => String((await ask("PROPFIND", path, { headers: { depth: "0" }, login: "alice:wrong" })).status) },
  { behaviour: "privileges of a calendar", kalends: "read where told; else writable until a 403", find: async ({ ask, path }) => (/<(?:\w+:)?privilege\b/.test((await propfind(ask, path, "<D:current-user-privilege-set/>")).text) ? "told" : "not told") },
  { behaviour: "PROPFIND on a calendar that is gone", kalends: "`calendar-gone`; nothing is removed for that", find: async ({ ask, path }) => told(await propfind(ask, `${path.slice(0, -7)}never/`, "<D:getetag/>")).replace(/ around.*/, (inner) => inner) },
  { behaviour: "PROPPATCH of an unknown property", kalends: "not used", find: async ({ ask, path }) => told(await ask("PROPPATCH", path, { headers: xml, body: `<D:propertyupdate ${names} xmlns:X="urn:x"><D:set><D:prop><X:mark>1</X:mark></D:prop></D:set></D:propertyupdate>` })) },
];

const changes: readonly Probe[] = [
  { behaviour: "sync-collection", kalends: "used where it works; else ctag and listing, else listing", find: async ({ ask, path }) => ((answer) => (answer.status === 207 && tokenIn(answer.text) !== "" ? "yes" : told(answer)))(await sync(ask, path, "")) },
  { behaviour: "form of the sync-token", kalends: "kept and handed back byte for byte", find: async ({ ask, path }) => ((token) => (token === "" ? "none" : /^https?:/.test(token) ? "URL" : token.startsWith("data:") ? "data:" : "text"))(tokenIn((await sync(ask, path, "")).text)) },
  { behaviour: "a token that nobody gave out", kalends: "any refusal: a snapshot; a full list is taken as one", find: async ({ ask, path }) => {
    const first = await sync(ask, path, "");
    if (first.status !== 207) return "-";
    const answer = await sync(ask, path, "http://nobody.example.test/ns/sync/nonsense");
    return answer.status === 207 ? `207, ${responses(answer.text).length > 1 ? "a full list" : "nothing"}` : told(answer);
  } },
  { behaviour: "a token without news", kalends: "one request, nothing else", find: async ({ ask, path }) => {
    const token = tokenIn((await sync(ask, path, "")).text);
    if (token === "") return "-";
    return responses((await sync(ask, path, token)).text).filter((part) => /\.ics</.test(part)).length === 0 ? "empty" : "repeats";
  } },
  { behaviour: "calendar-data in sync-collection", kalends: "not asked for: pages stay small", find: async ({ ask, path }) => {
    const answer = await sync(ask, path, "", "<D:getetag/><C:calendar-data/>");
    return answer.status !== 207 ? "-" : answer.text.includes("BEGIN:VCALENDAR") ? "yes" : "no";
  } },
  { behaviour: "calendar-data with only some properties", kalends: "not asked for: whole items are read, and cut down before they are stored", find: async ({ ask, path }) => {
    await put(ask, `${path}partial.ics`, eventText("partial", "Partial", { more: ["DESCRIPTION:long"] }));
    const part = '<C:calendar-data><C:comp name="VCALENDAR"><C:prop name="VERSION"/><C:comp name="VEVENT"><C:prop name="UID"/><C:prop name="DTSTART"/></C:comp></C:comp></C:calendar-data>';
    const answer = await report(ask, path, `<C:calendar-multiget ${names}><D:prop><D:getetag/>${part}</D:prop><D:href>${path}partial.ics</D:href></C:calendar-multiget>`);
    return answer.status !== 207 ? told(answer) : answer.text.includes("DESCRIPTION") ? "ignored" : answer.text.includes("DTSTART") ? "honoured" : "nothing";
  } },
  { behaviour: "getctag", kalends: "saves the listing where it has not moved", find: async ({ ask, path }) => (/<(?:\w+:)?getctag[^>]*>[^<]+</.test((await propfind(ask, path, "<S:getctag/>")).text) ? "yes" : "no") },
  { behaviour: "multiget with one missing href", kalends: "asked for singly, then set aside; never removed for that", find: async ({ ask, path }) => {
    const answer = await report(ask, path, `<C:calendar-multiget ${names}><D:prop><D:getetag/></D:prop><D:href>${path}there.ics</D:href><D:href>${path}never.ics</D:href></C:calendar-multiget>`);
    if (answer.status !== 207) return `whole report ${answer.status}`;
    const part = responses(answer.text).find((each) => each.includes("never.ics"));
    return part === undefined ? "left out" : part.includes("propstat") ? "propstat 404" : "404 inside";
  } },
];

const writes: readonly Probe[] = [
  { behaviour: "ETag after PUT", kalends: "kept; else read back", find: async ({ ask, path }) => ((await put(ask, `${path}etag.ics`, eventText("etag", "One"))).header("etag") === null ? "no" : "yes") },
  { behaviour: "ETag after PUT with attendees", kalends: "kept; else read back", find: async ({ ask, path, server }) => {
    const people = [`ORGANIZER:mailto:${server.username}@example.test`, "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:guest@elsewhere.example.test"];
    return (await put(ask, `${path}people.ics`, eventText("people", "People", { more: people }))).header("etag") === null ? "no" : "yes";
  } },
  { behaviour: "body after PUT", kalends: "the server's own text is the base of every change", find: async ({ ask, path }) => {
    const text = eventText("body", "Body", { more: ["X-KEPT:1"] });
    await put(ask, `${path}body.ics`, text);
    const stored = (await ask("GET", `${path}body.ics`)).text;
    return stored === text ? "same bytes" : stored.includes("X-KEPT:1") ? "rewritten" : "loses properties";
  } },
  { behaviour: "If-None-Match: * on what is there", kalends: "looked at first, read back after", find: async ({ ask, path }) => (await existing(ask, `${path}none.ics`), told(await put(ask, `${path}none.ics`, eventText("none", "New"), { "if-none-match": "*" }))) },
  { behaviour: "If-Match of another revision, PUT", kalends: "`revision-conflict`", find: async ({ ask, path }) => (await existing(ask, `${path}match.ics`), String((await put(ask, `${path}match.ics`, eventText("match", "New"), { "if-match": '"other"' })).status)) },
  { behaviour: "If-Match of another revision, DELETE", kalends: "the revision is read again first", find: async ({ ask, path }) => (await existing(ask, `${path}gone.ics`), String((await ask("DELETE", `${path}gone.ics`, { headers: { "if-match": '"other"' } })).status)) },
  { behaviour: "If-Match on what is not there", kalends: "a 201 to a change is taken back: deleted meanwhile", find: async ({ ask, path }) => String((await put(ask, `${path}not-there.ics`, eventText("not-there", "New"), { "if-match": '"other"' })).status) },
  { behaviour: "If-Match: *", kalends: "only where no revision was ever told", find: async ({ ask, path }) => (await existing(ask, `${path}star.ics`), String((await put(ask, `${path}star.ics`, eventText("star", "New"), { "if-match": "*" })).status)) },
  { behaviour: "If-Match of the revision made weak", kalends: "sent as told, then in its strong form", find: async ({ ask, path }) => String((await put(ask, `${path}weak.ics`, eventText("weak", "New"), { "if-match": `W/${await existing(ask, `${path}weak.ics`)}` })).status) },
  { behaviour: "UID that stands in another item", kalends: "`already-exists` with the other item", find: async ({ ask, path }) => (await existing(ask, `${path}uid.ics`), told(await put(ask, `${path}uid-again.ics`, eventText("uid", "Again")))) },
  { behaviour: "event without a start", kalends: "`object-invalid`; on reading set aside", find: async ({ ask, path }) => ((answer) => (isFine(answer) ? "stored" : told(answer)))(await put(ask, `${path}broken.ics`, startlessEventText("broken"))) },
  { behaviour: "no iCalendar at all", kalends: "`object-invalid`", find: async ({ ask, path }) => ((answer) => (isFine(answer) ? "stored" : told(answer)))(await put(ask, `${path}nothing.ics`, "nothing")) },
  { behaviour: "event without an end", kalends: "an end is always written", find: async ({ ask, path }) => ((answer) => (isFine(answer) ? "stored" : told(answer)))(await put(ask, `${path}endless.ics`, eventText("endless", "No end").replace(/DTEND:.*\r\n/, ""))) },
  { behaviour: "override without its series", kalends: "read and kept", find: async ({ ask, path }) => ((answer) => (isFine(answer) ? "stored" : told(answer)))(await put(ask, `${path}orphan.ics`, eventText("orphan", "Orphan", { more: ["RECURRENCE-ID:20260301T090000Z"] }))) },
  { behaviour: "task in a calendar of events", kalends: "no event, and no error", find: async ({ ask, path }) => ((answer) => (isFine(answer) ? "stored" : told(answer)))(await put(ask, `${path}task.ics`, eventText("task", "Task", { component: "VTODO" }))) },
  { behaviour: "conditional GET", kalends: "not relied on", find: async ({ ask, path }) => ((etag) => ask("GET", `${path}cond.ics`, { headers: { "if-none-match": etag } }).then(({ status }) => String(status)))(await existing(ask, `${path}cond.ics`)) },
];

const queries: readonly Probe[] = [
  { behaviour: "series without an end in a later time range", kalends: "not relied on: masters are read, expansion is local", find: async ({ ask, path }) => {
    await put(ask, `${path}series.ics`, eventText("series", "Weekly", { more: ["RRULE:FREQ=WEEKLY"] }));
    const answer = await report(ask, path, query("<D:getetag/>"));
    return answer.status !== 207 ? told(answer) : answer.text.includes("series.ics") ? "found" : "missed";
  } },
  { behaviour: "expand", kalends: "not used", find: async ({ ask, path }) => {
    const answer = await report(ask, path, query('<C:calendar-data><C:expand start="20270104T000000Z" end="20270111T000000Z"/></C:calendar-data>'));
    if (answer.status !== 207) return told(answer);
    const part = responses(answer.text).find((each) => each.includes("series.ics")) ?? "";
    return part.includes("RRULE") ? "master returned" : part.includes("RECURRENCE-ID") || /DTSTART[^:]*:2027/.test(part) ? "expanded" : "nothing";
  } },
  { behaviour: "free-busy report", kalends: "not used: computed from events", find: async ({ ask, path }) => {
    const answer = await report(ask, path, `<C:free-busy-query ${names}><C:time-range start="20270104T000000Z" end="20270111T000000Z"/></C:free-busy-query>`);
    return answer.status === 200 && answer.text.includes("FREEBUSY") ? "200 with periods" : answer.status === 200 ? "200 without periods" : told(answer).replace(/ around.*/, "");
  } },
];

function query(props: string): string {
  return `<C:calendar-query ${names}><D:prop>${props}</D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="20270104T000000Z" end="20270111T000000Z"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`;
}

/** In this order: the later ones find what the earlier ones have left. */
export const probes: readonly Probe[] = [...discovery, ...writes.slice(0, 1), ...changes, ...writes.slice(1), ...queries];

/** What the probes of missing hrefs and of dead tokens look at. */
export async function layOut({ ask, path }: ProbedServer): Promise<void> {
  for (const name of ["there", "second", "third"]) await put(ask, `${path}${name}.ics`, eventText(name, "There"));
}

import { gzipSync } from "node:zlib";
import type { Fault, ProxyAnswer, ProxyRequest } from "@kalends/testing";

/** An answer in the place of the right one; `null`: this request is left alone. */
export type Spoil = (right: ProxyAnswer, text: string) => ProxyAnswer | null;

export interface HostileBody {
  name: string;
  /** The right data has to come out of it all the same; else a typed error will do as well. */
  harmless?: boolean;
  /** An honest list of other members: those that were there are gone. */
  names?: "others";
  spoil: Spoil;
}

export function hostileFault({ name, spoil }: HostileBody, concerns: (request: ProxyRequest) => boolean): Fault {
  return {
    name,
    concerns,
    spoil: async (exchange) => {
      const right = await exchange.answer();
      return spoil(right, right.body.toString("utf8"));
    },
  };
}

const xml = "application/xml; charset=utf-8";
const names = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"';
const member = /<D:response><D:href>([^<]*\.ics)<\/D:href>/g;

/** Text for text, in answers that are XML; nothing to spoil where nothing changes. */
function rewrite(name: string, change: (text: string) => string, more: { harmless?: boolean; names?: "others" } = {}): HostileBody {
  const spoil: Spoil = (right, text) => {
    const changed = right.status === 207 ? change(text) : text;
    return changed === text ? null : { ...right, headers: { ...right.headers, "content-type": xml }, body: Buffer.from(changed, "utf8") };
  };
  return { name, spoil, ...more };
}

/** Other bytes for the same text. */
function encode(name: string, to: (text: string) => Buffer, headers: Record<string, string> = {}, harmless = false): HostileBody {
  const spoil: Spoil = (right, text) => (right.status === 207 ? { ...right, headers: { ...right.headers, ...headers }, body: to(text) } : null);
  return { name, harmless, spoil };
}

function whole(name: string, status: number, headers: Record<string, string> = {}, body: string | Buffer = ""): HostileBody {
  return { name, spoil: () => ({ status, headers: { "content-type": xml, ...headers }, body: Buffer.from(body) }) };
}

function swapped(bytes: Buffer): Buffer {
  return Buffer.from(bytes).swap16();
}

/** All members gone from the list, the calendar itself and the end of the list in place. */
const withoutMembers = (text: string): string => text.replace(/<D:response><D:href>[^<]*\.ics<\/D:href>.*?<\/D:response>/gs, "");
/** Something instead of each member. */
const insteadOfMembers = (response: string) => (text: string): string => {
  const left = withoutMembers(text);
  return left === text ? text : left.replace("</D:multistatus>", `${response}</D:multistatus>`);
};

const ok = "<D:status>HTTP/1.1 200 OK</D:status>";
const propstat = `<D:propstat><D:prop><D:getetag>"x"</D:getetag><D:resourcetype/></D:prop>${ok}</D:propstat>`;
const repeated = (piece: string, times: number): string => piece.repeat(times);

/** Lists of a kind that says nothing, in which everything would look deleted. */
const lists: HostileBody[] = [
  rewrite("100,000 empty responses in place of the members", insteadOfMembers(repeated("<D:response/>", 100_000))),
  rewrite("responses without an href", insteadOfMembers(repeated(`<D:response>${propstat}</D:response>`, 12))),
  rewrite("responses with an empty href", insteadOfMembers(repeated(`<D:response><D:href/>${propstat}</D:response>`, 12))),
  rewrite("responses with a blank href", insteadOfMembers(repeated(`<D:response><D:href> \n </D:href>${propstat}</D:response>`, 12))),
  rewrite("members in another namespace", (text) => text.replace(/<D:response>(<D:href>[^<]*\.ics<\/D:href>.*?)<\/D:response>/gs, '<X:response xmlns:X="DAV">$1</X:response>')),
  rewrite("members with hrefs in another namespace", (text) => text.replace(/<D:href>([^<]*\.ics)<\/D:href>/g, '<X:href xmlns:X="dav:">$1</X:href>')),
  rewrite("members inside another element", (text) => text.replace(/(<D:response><D:href>[^<]*\.ics<\/D:href>.*?<\/D:response>)/gs, "<D:responses>$1</D:responses>")),
  rewrite("every href leads out of the calendar", (text) => text.replace(member, "<D:response><D:href>/elsewhere/%2e%2e/$1</D:href>"), { names: "others" }),
  rewrite("dots and slashes in escapes", (text) => text.replace(/<D:href>([^<]*\/)([^</]*\.ics)<\/D:href>/g, "<D:href>$1%2e%2e%2f$2</D:href>"), { names: "others" }),
  rewrite("dot segments in escapes", (text) => text.replace(/<D:href>([^<]*\/)([^</]*\.ics)<\/D:href>/g, "<D:href>$1%2E%2e/$2</D:href>"), { names: "others" }),
  rewrite("escapes twice", (text) => text.replace(/<D:href>([^<]*\/)([^</]*)\.ics<\/D:href>/g, "<D:href>$1$2%252eics</D:href>"), { names: "others" }),
  rewrite("a 404 around the calendar itself", (text) => text.replace(/(<D:response><D:href>[^<]*\/<\/D:href>).*?<\/D:response>/s, "$1<D:status>HTTP/1.1 404 Not Found</D:status></D:response>")),
  ...[401, 302, 500, 0, 999].map((status) => rewrite(`an inner ${status} in place of the calendar`, (text) => text.replace(/(<D:response><D:href>[^<]*\/<\/D:href>).*?<\/D:response>/s, `$1<D:status>HTTP/1.1 ${status} Odd</D:status></D:response>`))),
  ...[401, 302, 500, 0, 204].map((status) => rewrite(`an inner ${status} in place of each member`, (text) => text.replace(/(<D:response><D:href>[^<]*\.ics<\/D:href>).*?<\/D:response>/gs, `$1<D:status>HTTP/1.1 ${status} Odd</D:status></D:response>`))),
  rewrite("a propstat of 401 for each member", (text) => text.replace(/(<D:href>[^<]*\.ics<\/D:href>.*?)HTTP\/1\.1 200 OK/gs, "$1HTTP/1.1 401 Unauthorized")),
  rewrite("a status that says nothing", (text) => text.replace(/HTTP\/1\.1 200 OK/g, "fine")),
  rewrite("one more member with an href of 64 KB", (text) => text.replace("</D:multistatus>", `<D:response><D:href>/dav/calendars/alice/work/${"x".repeat(65_536)}.ics</D:href>${propstat}</D:response></D:multistatus>`)),
  rewrite("a sync-token of 1 MB", (text) => text.replace(/<D:sync-token>[^<]*</g, `<D:sync-token>${"t".repeat(1_048_576)}<`)),
  rewrite("two sync-tokens", (text) => text.replace(/(<D:sync-token>)([^<]*)(<\/D:sync-token>)/g, "$1$2$3$1garbage$3")),
];

/** Spellings of the very same document. */
const spellings: HostileBody[] = [
  rewrite("comments inside texts", (text) => text.replace(/\.ics</g, ".<!-- </D:href> -->ics<").replace(/200 OK/g, "20<!---->0 OK"), { harmless: true }),
  rewrite("CDATA inside texts", (text) => text.replace(/\.ics</g, "<![CDATA[.i]]>cs<").replace(/200 OK/g, "<![CDATA[200]]> OK"), { harmless: true }),
  rewrite("processing instructions everywhere", (text) => text.replace(/<D:response>/g, "<?odd </D:response> ?><D:response>"), { harmless: true }),
  rewrite("character references", (text) => text.replace(/\.ics</g, "&#46;&#x69;cs<"), { harmless: true }),
  rewrite("another prefix for each element", (text) => {
    let count = 0;
    return text.replace(/<D:href>([^<]*)<\/D:href>/g, (_, href: string) => `<p${(count += 1)}:href xmlns:p${count}="DAV:">${href}</p${count}:href>`);
  }, { harmless: true }),
  rewrite("the prefix bound to something else inside", (text) => text.replace(/<D:href>([^<]*)<\/D:href>/g, '<href xmlns="DAV:" xmlns:D="urn:other">$1</href>'), { harmless: true }),
  encode("a byte order mark", (text) => Buffer.from(`\ufeff${text}`), {}, true),
  encode("UTF-16, little end first", (text) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]), {}, true),
  encode("UTF-16, big end first", (text) => Buffer.concat([Buffer.from([0xfe, 0xff]), swapped(Buffer.from(text, "utf16le"))]), { "content-type": "text/xml; charset=utf-16" }, true),
  encode("UTF-16 without a mark", (text) => Buffer.from(text, "utf16le"), {}, true),
  encode("UTF-32", (text) => Buffer.concat([Buffer.from([0, 0, 0xfe, 0xff]), ...Array.from(text.slice(0, 2000), (one) => Buffer.from([0, 0, 0, one.charCodeAt(0)]))])),
  encode("three byte order marks", (text) => Buffer.from(`\ufeff\ufeff\ufeff${text}`)),
  encode("a declaration of another character set", (text) => Buffer.from(text.replace('encoding="utf-8"', 'encoding="utf-7"')), {}, true),
  encode("bytes that are no UTF-8", (text) => Buffer.concat([Buffer.from(text.replace("</D:multistatus>", "<!-- ")), Buffer.from([0xc3, 0x28, 0xff]), Buffer.from(" --></D:multistatus>")])),
];

let packedBlanks: Buffer | null = null;

/** 256 MiB of blanks, in about as many KiB. Made once, for making them takes longer than reading them. */
function blanks(): Buffer {
  packedBlanks ??= Buffer.concat(Array.from({ length: 256 }, () => gzipSync(Buffer.alloc(1024 * 1024, " "))));
  return packedBlanks;
}

/** Tricks of XML and of what is around it. */
const tricks: HostileBody[] = [
  rewrite("entities of its own", (text) => text.replace(/^<\?xml[^>]*>/, '$&<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>').replace(/\.ics</g, ".ics&b;<")),
  rewrite("an entity from a file", (text) => text.replace(/^<\?xml[^>]*>/, '$&<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>').replace(/\.ics</g, "&f;<")),
  rewrite("an entity that nobody defined", (text) => text.replace(/\.ics</g, ".ics&nbsp;<")),
  rewrite("a reference to no character", (text) => text.replace(/\.ics</g, ".ics&#0;&#xD800;&#x110000;<")),
  rewrite("a million references", (text) => text.replace("</D:multistatus>", `<D:x>${repeated("&amp;", 1_000_000)}</D:x></D:multistatus>`)),
  rewrite("elements 5,000 deep", (text) => text.replace("</D:multistatus>", `${repeated("<D:x>", 5000)}${repeated("</D:x>", 5000)}</D:multistatus>`)),
  rewrite("an attribute of 4 MB", (text) => text.replace("<D:response>", `<D:response odd="${"a".repeat(4_000_000)}">`)),
  rewrite("the root twice", (text) => `${text}${text.replace(/^<\?xml[^>]*>/, "")}`),
  rewrite("text behind the end", (text) => `${text}<html>`),
  rewrite("an end tag too many", (text) => text.replace("</D:multistatus>", "</D:response></D:multistatus>")),
  rewrite("no end tag of the root", (text) => text.replace("</D:multistatus>", "")),
  rewrite("the root of another namespace", (text) => text.replace(/xmlns:D="DAV:"/, 'xmlns:D="DAV"')),
  rewrite("a multistatus inside a multistatus", (text) => text.replace(/(<D:multistatus[^>]*>)/, "$1$1").replace("</D:multistatus>", "</D:multistatus></D:multistatus>")),
  rewrite("ETags with line ends", (text) => text.replace(/<D:getetag>[^<]*</g, '<D:getetag>"a&#13;&#10;x-odd: 1"<')),
  rewrite("ETags of 1 MB", (text) => text.replace(/<D:getetag>[^<]*</, `<D:getetag>"${"e".repeat(1_000_000)}"<`)),
  rewrite("ETags with signs that no header holds", (text) => text.replace(/<D:getetag>[^<]*</g, '<D:getetag>"日本\u0085"<')),
  encode("gzip that is none", (text) => Buffer.from(text), { "content-encoding": "gzip" }),
  encode("gzip that grows a thousandfold", (text) => Buffer.concat([gzipSync(text.replace("</D:multistatus>", "")), blanks(), gzipSync("</D:multistatus>")]), { "content-encoding": "gzip" }),
  encode("gzip in gzip, told once", (text) => gzipSync(gzipSync(Buffer.from(text))), { "content-encoding": "gzip" }),
  encode("a coding that nobody knows", (text) => Buffer.from(text), { "content-encoding": "odd" }),
];

const nothing = `<?xml version="1.0"?><D:multistatus ${names}/>`;

/** Other statuses for the right or the wrong thing. */
const statuses: HostileBody[] = [
  whole("a 304", 304),
  whole("a 204", 204),
  whole("a 206 with a piece", 206, { "content-range": "bytes 0-10/100" }, nothing.slice(0, 60)),
  whole("a 207 that holds nothing", 207, {}, nothing),
  whole("a 207 without a body", 207),
  whole("a 207 of another kind", 207, { "content-type": "multipart/mixed" }, nothing),
  whole("a 200 with a right-looking listing", 200, {}, nothing),
  whole("a 226", 226, {}, nothing),
  whole("a 300 without a way", 300),
  whole("a 302 to nowhere", 302, { location: "http://" }),
  whole("a 302 to itself", 302, { location: "" }),
  whole("a 407", 407, { "proxy-authenticate": "Basic" }),
  whole("a 421", 421),
  whole("a 429 with a Retry-After in the past", 429, { "retry-after": "Thu, 01 Jan 1970 00:00:00 GMT" }),
  whole("a 429 with a Retry-After in 2099", 429, { "retry-after": "Thu, 01 Jan 2099 00:00:00 GMT" }),
  whole("a 429 with a negative Retry-After", 429, { "retry-after": "-5" }),
  whole("a 503 with a Retry-After without end", 503, { "retry-after": "9".repeat(400) }),
  whole("a 503 with an odd Retry-After", 503, { "retry-after": "soon" }),
  whole("a 599", 599),
];

export const hostileBodies: readonly HostileBody[] = [...lists, ...spellings, ...tricks, ...statuses];

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { BenchServer } from "./server.ts";

interface Member {
  href: string;
  revision: number;
  text: string;
  /** Its part of a listing, short and with everything that adapters ask for, and with its data. */
  listed: string;
  listedFully: string;
  withData: string;
}

const home = "/home/alice/";
const calendar = `${home}big/`;
const open = '<?xml version="1.0" encoding="utf-8"?>\n<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:s="http://calendarserver.org/ns/">';
const fine = "<d:status>HTTP/1.1 200 OK</d:status>";

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\r", "&#13;");
}

function response(href: string, prop: string): string {
  return `<d:response><d:href>${href}</d:href><d:propstat><d:prop>${prop}</d:prop>${fine}</d:propstat></d:response>`;
}

function makeMember(href: string, revision: number, text: string): Member {
  const etag = `<d:getetag>"${revision}-${text.length}"</d:getetag>`;
  return {
    href,
    revision,
    text,
    listed: response(href, etag),
    listedFully: response(href, `${etag}<d:resourcetype/><d:getcontenttype>text/calendar; charset=utf-8</d:getcontenttype>`),
    withData: response(href, `${etag}<c:calendar-data>${escaped(text)}</c:calendar-data>`),
  };
}

/**
 * A CalDAV server that answers from memory with prepared texts, so that it costs next to nothing and the client is what is measured. It
 * knows just what the contenders ask: discovery, sync-collection (RFC 6578), calendar-multiget (RFC 4791) and listings.
 */
export async function startReplayServer(size: number, textOf: (index: number, edition: number) => string): Promise<BenchServer> {
  const members = new Map<string, Member>();
  let revision = 1;
  const nameOf = (index: number): string => `${calendar}event-${index}.ics`;
  for (let index = 0; index < size; index += 1) members.set(nameOf(index), makeMember(nameOf(index), 1, textOf(index, 0)));
  const counts = { requests: 0, withoutLogin: 0, bytes: 0 };

  const report = (body: string): string[] => {
    if (body.includes("sync-collection")) {
      const since = Number(/<(?:\w+:)?sync-token>replay:(\d+)</.exec(body)?.[1] ?? 0);
      const fully = body.includes("getcontenttype");
      const changed = [...members.values()].filter((member) => member.revision > since);
      return [open, ...changed.map((member) => (fully ? member.listedFully : member.listed)), `<d:sync-token>replay:${revision}</d:sync-token></d:multistatus>`];
    }
    const asked = [...body.matchAll(/<(?:\w+:)?href>([^<]*)</g)].map((found) => members.get(found[1] as string));
    return [open, ...asked.map((member) => member?.withData ?? ""), "</d:multistatus>"];
  };
  const propfind = (path: string, depth: string): string[] => {
    const about = (href: string): string => response(href, propertiesOf(href, revision));
    if (path === calendar && depth === "1") return [open, about(calendar), ...[...members.values()].map((member) => member.listedFully), "</d:multistatus>"];
    const inside = path === home && depth === "1" ? about(calendar) : "";
    return [open, about(path), inside, "</d:multistatus>"];
  };
  const answer = async (request: IncomingMessage, reply: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString("utf8");
    const parts = request.method === "REPORT" ? report(body) : propfind(request.url ?? "/", String(request.headers["depth"] ?? "0"));
    const bytes = Buffer.from(parts.join(""), "utf8");
    counts.requests += 1;
    if (request.headers.authorization === undefined) counts.withoutLogin += 1;
    counts.bytes += bytes.length;
    reply.writeHead(207, { "content-type": "application/xml; charset=utf-8", "content-length": bytes.length });
    reply.end(bytes);
  };
  const server = createServer((request, reply) => void answer(request, reply).catch(() => reply.destroy()));
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    name: "replay (answers from memory)",
    baseUrl,
    calendarUrl: new URL(calendar, baseUrl).href,
    username: "alice",
    password: "alicepw",
    takeCounts: () => {
      const taken = { ...counts };
      Object.assign(counts, { requests: 0, withoutLogin: 0, bytes: 0 });
      return taken;
    },
    change: async (count) => {
      revision += 1;
      for (let index = 0; index < count; index += 1) {
        const at = Math.floor((index * size) / count);
        members.set(nameOf(at), makeMember(nameOf(at), revision, textOf(at, revision)));
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Enough properties for any contender's discovery, asked or not. */
function propertiesOf(href: string, revision: number): string {
  const principal = `<d:current-user-principal><d:href>/principal/alice/</d:href></d:current-user-principal>`;
  if (href !== calendar) return `${principal}<d:resourcetype><d:collection/></d:resourcetype><c:calendar-home-set><d:href>${home}</d:href></c:calendar-home-set>`;
  const reports = ["d:sync-collection", "c:calendar-multiget", "c:calendar-query"].map((name) => `<d:supported-report><d:report><${name}/></d:report></d:supported-report>`);
  const privileges = ["read", "write"].map((name) => `<d:privilege><d:${name}/></d:privilege>`).join("");
  return [
    principal, "<d:resourcetype><d:collection/><c:calendar/></d:resourcetype><d:displayname>Big</d:displayname>",
    `<c:supported-calendar-component-set><c:comp name="VEVENT"/></c:supported-calendar-component-set><s:getctag>${revision}</s:getctag>`,
    `<d:sync-token>replay:${revision}</d:sync-token><d:supported-report-set>${reports.join("")}</d:supported-report-set>`,
    `<d:current-user-privilege-set>${privileges}</d:current-user-privilege-set>`,
  ].join("");
}

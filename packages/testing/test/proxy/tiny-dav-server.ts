import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface TinyDavServer {
  url: string;
  /** Items by path. */
  items: Map<string, string>;
  /** What reached it: method and path. */
  asked: string[];
  close(): Promise<void>;
}

/** Just enough of a server to be spoiled: one calendar `/cal/`, members in order, a token that counts writes. */
export async function startTinyDavServer(names: readonly string[]): Promise<TinyDavServer> {
  const items = new Map(names.map((name) => [`/cal/${name}`, `text of ${name}`]));
  const asked: string[] = [];
  let token = 1;
  const member = (path: string): string =>
    `<d:response><d:href>${path}</d:href><d:propstat><d:prop><d:getetag>"${(items.get(path) ?? "").length}"</d:getetag></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`;
  const collection = "<d:response><d:href>/cal/</d:href><d:propstat><d:prop><d:resourcetype><d:collection/></d:resourcetype></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>";
  const multistatus = (inside: string): string => `<?xml version="1.0"?><d:multistatus xmlns:d="DAV:">${inside}</d:multistatus>`;
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const { method = "", url = "" } = request;
      asked.push(`${method} ${url}`);
      const send = (status: number, text: string, headers: Record<string, string> = {}): void => void response.writeHead(status, headers).end(text);
      if (method === "PUT" || method === "DELETE") {
        token += 1;
        if (method === "PUT") items.set(url, body);
        else items.delete(url);
        return send(method === "PUT" ? 201 : 204, "", { etag: `"${body.length}"` });
      }
      if (method === "GET" || method === "HEAD") return send(items.has(url) ? 200 : 404, items.get(url) ?? "", { etag: '"1"', "content-type": "text/calendar" });
      const xml = { "content-type": "application/xml" };
      if (body.includes("multiget")) {
        const wanted = [...body.matchAll(/<[\w:]*href>([^<]*)</g)].map((found) => found[1] ?? "");
        return send(207, multistatus(wanted.map((path) => (items.has(path) ? member(path) : `<d:response><d:href>${path}</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>`)).join("")), xml);
      }
      const listed = [...items.keys()].map(member).join("");
      if (method === "PROPFIND") return send(207, multistatus(collection + listed), xml);
      return send(207, multistatus(`${body.includes(`>t${token}<`) ? "" : listed}<d:sync-token>t${token}</d:sync-token>`), xml);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/cal/`,
    items,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

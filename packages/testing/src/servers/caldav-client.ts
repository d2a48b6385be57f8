/** One member of a calendar as the other client lists it. */
export interface ClientItem {
  /** As the server spells it. */
  href: string;
  etag: string;
}

/**
 * "Another client": a deliberately simple one for tests, which shares no code with the adapter under test, so that the two cannot
 * agree on the same mistake. Paths start with `/` and are sent as given, so encode them first. Every refusal is an `Error` with its status.
 */
export interface CaldavClient {
  makeCalendar(path: string, options?: { displayName?: string; components?: readonly string[] }): Promise<void>;
  /** Writes an item, new or not; returns its ETag where the server tells it. */
  put(path: string, text: string): Promise<string | null>;
  get(path: string): Promise<string>;
  /** Removes an item or a whole calendar. */
  delete(path: string): Promise<void>;
  /** Gives a calendar another name. */
  rename(path: string, displayName: string): Promise<void>;
  list(path: string): Promise<ClientItem[]>;
}

const names = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"';

/** The Authorization header of one request of the client, for servers that take no Basic. */
export type Authorize = (method: string, path: string) => string;

export function caldavClient(baseUrl: string, username: string, password: string, authorize?: Authorize): CaldavClient {
  const { origin } = new URL(baseUrl);
  const basic = `Basic ${Buffer.from(`${username}:${password}`, "utf8").toString("base64")}`;

  async function send(method: string, path: string, accepted: readonly number[], body?: string, headers: Record<string, string> = {}): Promise<Response> {
    const authorization = authorize?.(method, path) ?? basic;
    const response = await fetch(origin + path, { method, headers: { authorization, ...headers }, body: body ?? null, redirect: "error" });
    if (accepted.includes(response.status)) return response;
    throw new Error(`${method} ${path} was answered with ${response.status}: ${(await response.text()).slice(0, 300)}`);
  }
  const xml = { "content-type": "application/xml; charset=utf-8" };

  return {
    async makeCalendar(path, options = {}) {
      const components = (options.components ?? ["VEVENT"]).map((component) => `<C:comp name="${component}"/>`).join("");
      const name = options.displayName === undefined ? "" : `<D:displayname>${escapeText(options.displayName)}</D:displayname>`;
      const body = `<C:mkcalendar ${names}><D:set><D:prop>${name}<C:supported-calendar-component-set>${components}</C:supported-calendar-component-set></D:prop></D:set></C:mkcalendar>`;
      await drain(await send("MKCALENDAR", path, [200, 201], body, xml));
    },
    async put(path, text) {
      const response = await send("PUT", path, [200, 201, 204], text, { "content-type": "text/calendar; charset=utf-8" });
      await drain(response);
      return response.headers.get("etag");
    },
    async get(path) {
      return await (await send("GET", path, [200])).text();
    },
    async delete(path) {
      await drain(await send("DELETE", path, [200, 204]));
    },
    async rename(path, displayName) {
      const body = `<D:propertyupdate ${names}><D:set><D:prop><D:displayname>${escapeText(displayName)}</D:displayname></D:prop></D:set></D:propertyupdate>`;
      await drain(await send("PROPPATCH", path, [200, 207], body, xml));
    },
    async list(path) {
      const body = `<D:propfind ${names}><D:prop><D:getetag/><D:resourcetype/></D:prop></D:propfind>`;
      const text = await (await send("PROPFIND", path, [207], body, { ...xml, depth: "1" })).text();
      // Good enough for the well-behaved servers that tests start; the adapter reads XML in earnest.
      return [...text.matchAll(/<(?:\w+:)?response\b[^]*?<\/(?:\w+:)?response>/g)]
        .filter(([part]) => !/<(?:\w+:)?collection\b/.test(part))
        .map(([part]) => ({ href: element(part, "href"), etag: element(part, "getetag") }));
    },
  };
}

async function drain(response: Response): Promise<void> {
  await response.arrayBuffer();
}

function element(part: string, name: string): string {
  const found = new RegExp(`<(?:\\w+:)?${name}\\b[^>]*>([^<]*)<`).exec(part)?.[1] ?? "";
  return found.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&").trim();
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

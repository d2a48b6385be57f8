import { spoilingFault, type Fault, type ProxyAnswer, type ProxyExchange, type ProxyRequest } from "./fault.ts";
import { changeResponses, escapeText, hrefOf, isMember, unescapeText, withHref } from "./multistatus-text.ts";
import { requestKinds } from "./request-kinds.ts";

const listings = (request: ProxyRequest): boolean => requestKinds.listing(request) || requestKinds.multiget(request);

function changeHrefs(name: string, change: (href: string, exchange: ProxyExchange) => string): Fault {
  return spoilingFault(name, listings, (answer, exchange) =>
    changeResponses(answer, (response) => {
      const href = hrefOf(response);
      return href === null ? response : withHref(response, change(href, exchange));
    }),
  );
}

function pathOf(href: string): string {
  return href.replace(/^[a-z]+:\/\/[^/]+/i, "");
}

/** Whole URLs on the proxy's own origin instead of paths. */
export function absoluteHrefs(): Fault {
  return changeHrefs("absolute hrefs", (href, { origin }) => (href.startsWith("/") ? origin + href : href));
}

/** Whole URLs on another host: an inner name that a server behind a gateway gives away, or something worse. */
export function foreignHrefs(origin = "https://elsewhere.example.test"): Fault {
  return changeHrefs("hrefs on another host", (href) => origin + pathOf(href));
}

/** Hrefs without any escapes, as some servers write them: `a b`, `a%b`, `ü`. */
export function rawHrefs(): Fault {
  return changeHrefs("raw hrefs", (href) => {
    try {
      return decodeURIComponent(href);
    } catch {
      return href;
    }
  });
}

/** Every character that may be escaped is, with lower-case digits: `%c3%bc`, `%40`, `%2d`. */
export function lowerHexHrefs(): Fault {
  return changeHrefs("lower-case escapes", (href) => {
    const escaped = pathOf(href).replace(/%[0-9A-Fa-f]{2}|[@:=,()+!*'$-]/g, (found) => (found.startsWith("%") ? found.toLowerCase() : `%${found.charCodeAt(0).toString(16)}`));
    return href.slice(0, href.length - pathOf(href).length) + escaped;
  });
}

function hrefsIn(text: string): string[] {
  return [...text.matchAll(/<(?:[\w.-]+:)?href\s*>([^<]*)</g)].map(([, href = ""]) => unescapeText(href).trim());
}

/** Every member stands in a listing twice. */
export function duplicateHrefs(): Fault {
  return spoilingFault("duplicate hrefs", listings, (answer) => changeResponses(answer, (response) => (isMember(response) ? response + response : response)));
}

/**
 * Members under names without `.ics`, as other clients make them. The names hold: the proxy leads requests for them to the items,
 * also when it is not the fault's turn.
 */
export function membersWithoutIcs(): Fault {
  const named = new Set<string>();
  const rename = (answer: ProxyAnswer): ProxyAnswer | null =>
    changeResponses(answer, (response) => {
      const href = hrefOf(response);
      if (href === null || !isMember(response) || !/\.ics$/i.test(href)) return response;
      const short = href.slice(0, -4);
      named.add(pathOf(short));
      return withHref(response, short);
    });
  const original = (path: string): string => (named.has(path) ? `${path}.ics` : path);
  const backwards = (request: ProxyRequest): ProxyRequest => {
    if (!requestKinds.multiget(request)) return { ...request, path: original(request.path) };
    const body = request.body.toString("utf8").replace(/(<(?:[\w.-]+:)?href\s*>)([^<]*)(?=<)/g, (_whole, open: string, href: string) => {
      const wanted = unescapeText(href).trim();
      return open + escapeText(wanted.slice(0, wanted.length - pathOf(wanted).length) + original(pathOf(wanted)));
    });
    return { ...request, body: Buffer.from(body) };
  };
  return {
    name: "members without .ics",
    concerns: requestKinds.listing,
    spoil: async (exchange) => rename(await exchange.answer()),
    honour: async (exchange) => {
      const request = backwards(exchange.request);
      if (request.path === exchange.request.path && request.body.equals(exchange.request.body)) return null;
      const asked = new Set(hrefsIn(exchange.request.body.toString("utf8")).map(pathOf));
      const answer = await exchange.forward(request);
      if (request.path !== exchange.request.path) return answer;
      // Each item comes back under the name by which it was asked for.
      return changeResponses(answer, (response) => {
        const href = hrefOf(response);
        const short = href?.replace(/\.ics$/i, "") ?? "";
        return href !== null && asked.has(pathOf(short)) ? withHref(response, short) : response;
      }) ?? answer;
    },
  };
}

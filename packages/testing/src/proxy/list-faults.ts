import { answeringFault, type Fault, type ProxyAnswer, type ProxyExchange } from "./fault.ts";
import { escapeText, readMultistatusText, statusResponse, tokenIn, writeMultistatusText, type MultistatusText } from "./multistatus-text.ts";
import { requestKinds, syncTokenOf } from "./request-kinds.ts";

const xml = { "content-type": "application/xml; charset=utf-8" };

/** A DAV:error body with one precondition. */
export function preconditionBody(condition: string): Buffer {
  return Buffer.from(`<?xml version="1.0" encoding="utf-8"?><D:error xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><${condition}/></D:error>`);
}

const continuation = "urn:fault-proxy:continuation:";

/** The rest of a list that was cut. */
interface Rest {
  answer: ProxyAnswer;
  parts: MultistatusText;
  path: string;
}

/**
 * Cuts every sync-collection after `itemsPerPage` members with a 507 on the collection and a token of the proxy's own, under which it hands out
 * the rest (RFC 6578 section 3.6). With `stuck` the token is the same each time and leads nowhere.
 */
export function pageSyncCollection(options: { itemsPerPage: number; stuck?: boolean }): Fault {
  const rests = new Map<string, Rest>();
  let made = 0;
  const cut = ({ answer, parts, path }: Rest): ProxyAnswer | null => {
    if (parts.responses.length <= options.itemsPerPage) return null;
    const token = continuation + (options.stuck === true ? "stuck" : String((made += 1)));
    const rest = options.stuck === true ? parts.responses : parts.responses.slice(options.itemsPerPage);
    rests.set(token, { answer, parts: { ...parts, responses: rest }, path });
    const marker = statusResponse(parts.prefix, path, "507 Insufficient Storage", `<${parts.prefix}error><${parts.prefix}number-of-matches-within-limits/></${parts.prefix}error>`);
    const page = [...parts.responses.slice(0, options.itemsPerPage), marker];
    const tail = parts.tail.replace(/(<((?:[\w.-]+:)?)sync-token\s*>)[^<]*(<\/\2sync-token\s*>)/, `$1${escapeText(token)}$3`);
    return writeMultistatusText(answer, { ...parts, responses: page, tail });
  };
  return {
    name: "sync-collection in pages (507)",
    concerns: requestKinds.syncCollection,
    spoil: async (exchange) => {
      const answer = await exchange.answer();
      const parts = readMultistatusText(answer);
      // Without a token in the answer there is nothing to put the continuation in.
      if (parts === null || tokenIn(parts.tail) === null) return null;
      return cut({ answer, parts, path: exchange.request.path });
    },
    honour: ({ request }) => {
      const token = syncTokenOf(request);
      if (token?.startsWith(continuation) !== true) return Promise.resolve(null);
      const rest = rests.get(token);
      if (rest === undefined || rest.path !== request.path) return Promise.resolve({ status: 403, headers: xml, body: preconditionBody("D:valid-sync-token") });
      return Promise.resolve(cut(rest) ?? writeMultistatusText(rest.answer, rest.parts));
    },
  };
}

/** 507 as the status of the whole answer to a listing. */
export function insufficientStorage(): Fault {
  return answeringFault("507 on top", requestKinds.listing, () => ({ status: 507, headers: xml, body: preconditionBody("D:number-of-matches-within-limits") }));
}

/** 403 with DAV:number-of-matches-within-limits: the list would be too long. */
export function tooManyMatches(): Fault {
  return answeringFault("403 number-of-matches-within-limits", requestKinds.report, () => ({ status: 403, headers: xml, body: preconditionBody("D:number-of-matches-within-limits") }));
}

/**
 * Gives an older answer to the same question once more: what another client wrote since is not in it. Only PROPFIND and sync-collection;
 * items themselves are always as they are.
 */
export function staleListing(): Fault {
  const earlier = new Map<string, ProxyAnswer>();
  const concerns: Fault["concerns"] = (request) => requestKinds.propfind(request) || requestKinds.syncCollection(request);
  const keyOf = ({ request: { method, path, headers, body } }: ProxyExchange): string => [method, path, headers["depth"] ?? "", body.toString("utf8")].join("\n");
  return {
    name: "stale listing",
    concerns,
    spoil: (exchange) => Promise.resolve(earlier.get(keyOf(exchange)) ?? null),
    honour: async (exchange) => {
      if (!concerns(exchange.request)) return null;
      const key = keyOf(exchange);
      // The first answer stays for a while, so that a repeated question gets one that is old.
      const answer = await exchange.answer();
      if (answer.status === 207 && (!earlier.has(key) || exchange.random.uniform() < 0.3)) earlier.set(key, answer);
      return null;
    },
  };
}

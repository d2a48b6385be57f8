import { spoilingFault, type Fault, type ProxyAnswer, type ProxyExchange, type ProxyRequest } from "./fault.ts";
import { escapeText } from "./multistatus-text.ts";
import { requestKinds } from "./request-kinds.ts";

/**
 * The server does what it was asked and then `fault` answers in its place, as when a gateway gives up too early: a write is applied, and
 * the client hears of a failure. For faults that answer by themselves.
 */
export function applied(fault: Fault): Fault {
  return {
    name: `applied, then ${fault.name}`,
    concerns: fault.concerns,
    spoil: async (exchange) => {
      await exchange.answer();
      exchange.call(`applied, then ${fault.name}`);
      return await fault.spoil({ ...exchange, call: (name) => exchange.call(`applied, then ${name}`) });
    },
  };
}

/** The server does what it was asked at once and its answer comes `ms` late: after the client's deadline, where that is shorter. */
export function answerLate(ms: number): Fault {
  return {
    name: "answer late",
    concerns: requestKinds.any,
    spoil: async ({ clock, answer }) => {
      const late = await answer();
      await clock.sleep(ms);
      return late;
    },
  };
}

/** The true answer to a write, success or not, inside a 207 (Xandikos does so with its refusals). */
export function writeAs207(): Fault {
  return spoilingFault("207 to a write", requestKinds.write, (answer, { request }) => {
    if (answer.status < 200 || answer.status === 207 || (answer.status > 299 && answer.status < 400)) return null;
    const { etag: _etag, ...headers } = answer.headers;
    const response = `<D:response><D:href>${escapeText(request.path)}</D:href><D:status>HTTP/1.1 ${answer.status} x</D:status></D:response>`;
    const body = Buffer.from(`<?xml version="1.0" encoding="utf-8"?><D:multistatus xmlns:D="DAV:">${response}</D:multistatus>`);
    return { ...headersOnly(headers), status: 207, body };
  });
}

function headersOnly(headers: ProxyAnswer["headers"]): Pick<ProxyAnswer, "headers"> {
  return { headers: { ...headers, "content-type": "application/xml; charset=utf-8" } };
}

/**
 * Right before the server gets the request, something else happens there: `act` is another client's edit, say. Answers `false` where nothing
 * was done. The request then goes on as it is.
 */
export function meanwhile(act: (request: ProxyRequest, exchange: ProxyExchange) => Promise<boolean>): Fault {
  return {
    name: "another client in between",
    concerns: requestKinds.any,
    spoil: async (exchange) => ((await act(exchange.request, exchange)) ? await exchange.answer() : null),
  };
}

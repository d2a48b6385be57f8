import { checkFieldMask } from "./check-field-mask.ts";
import { checkText, checkValue } from "./check-value.ts";
import { methodsOf, type DiscoveryDocument, type DiscoveryMethod } from "./discovery-document.ts";

/** One request with its answer. */
export interface CheckedExchange {
  method: string;
  /** Path and query as sent. */
  target: string;
  requestBody: string;
  status: number;
  contentType: string;
  responseBody: string;
  /** True where a scripted fault made the answer: then only the request is checked. */
  fault: boolean;
}

/** Checks messages against a discovery document, and remembers what it saw. */
export interface DiscoveryChecker {
  /** What is wrong with an exchange; also kept in `problems`. Addresses outside the API are not looked at. */
  check(exchange: CheckedExchange): string[];
  /** Everything that was wrong so far. */
  readonly problems: readonly string[];
  /** How many exchanges were checked, by the id of the method. */
  readonly seen: ReadonlyMap<string, number>;
}

/**
 * Makes a checker of a Google API's official description. An unknown query parameter, an unknown or mistyped field in a body, a wrong word of
 * a list, a wrong method or path, a field mask that names nothing, an error body of another shape: each is a problem.
 */
export function discoveryChecker(description: unknown): DiscoveryChecker {
  const document = description as DiscoveryDocument;
  const methods = methodsOf(document);
  const problems: string[] = [];
  const seen = new Map<string, number>();
  return {
    problems,
    seen,
    check(exchange) {
      const [path = "", query = ""] = splitOnce(exchange.target, "?");
      const service = `/${document.servicePath}`;
      if (!path.startsWith(service)) return [];
      const method = findMethod(methods, exchange.method, path.slice(service.length));
      const found = method ? checkExchange(document, method, exchange, query) : [`${exchange.method} ${path}: no such method`];
      const name = method?.id ?? "none";
      seen.set(name, (seen.get(name) ?? 0) + 1);
      problems.push(...found);
      return found;
    },
  };
}

function checkExchange(document: DiscoveryDocument, method: DiscoveryMethod, exchange: CheckedExchange, query: string): string[] {
  // A request that was refused may be wrong in the way that it was refused for; its parameters are still checked.
  const problems = [...checkQuery(document, method, new URLSearchParams(query)), ...checkRequest(document, method, exchange)];
  if (!exchange.fault) problems.push(...checkResponse(document, method, exchange));
  return problems.map((problem) => `${method.id}: ${problem}`);
}

function checkQuery(document: DiscoveryDocument, method: DiscoveryMethod, query: URLSearchParams): string[] {
  const problems: string[] = [];
  for (const name of new Set(query.keys())) {
    const own = method.parameters?.[name];
    const known = own?.location === "query" ? own : document.parameters?.[name];
    const values = query.getAll(name);
    if (!known) problems.push(`query ${name}: unknown parameter`);
    else {
      if (values.length > 1 && known.repeated !== true) problems.push(`query ${name}: may not be repeated`);
      for (const value of values) problems.push(...checkText(known, value, `query ${name}`));
    }
  }
  for (const [name, parameter] of Object.entries(method.parameters ?? {})) {
    if (parameter.location === "query" && parameter.required === true && !query.has(name)) problems.push(`query ${name}: missing`);
  }
  const mask = query.get("fields");
  if (mask !== null && method.response) problems.push(...checkFieldMask(document, method.response, mask));
  return problems;
}

function checkRequest(document: DiscoveryDocument, method: DiscoveryMethod, exchange: CheckedExchange): string[] {
  if (!method.request) return exchange.requestBody === "" ? [] : ["request: a body where none belongs"];
  const body = parse(exchange.requestBody);
  if (body === undefined) return ["request: no JSON"];
  // An instance of a series is written by update with what Google keeps; the annotations speak of whole events.
  return checkValue(document, method.request, body, "request", { nulls: method.httpMethod === "PATCH", requestOf: method.id });
}

function checkResponse(document: DiscoveryDocument, method: DiscoveryMethod, exchange: CheckedExchange): string[] {
  const { status, responseBody } = exchange;
  if (status === 304) return responseBody === "" ? [] : ["response: a body beside 304"];
  if (status < 400 && !method.response) return responseBody === "" ? [] : ["response: a body where none belongs"];
  if (!/^application\/json\b/i.test(exchange.contentType)) return ["response: the content type is not application/json"];
  const body = parse(responseBody);
  if (body === undefined) return ["response: no JSON"];
  if (status >= 400) return checkError(body, status);
  return checkValue(document, method.response ?? {}, body, "response", { nulls: false, requestOf: null });
}

/** The error body of the older Google APIs (guides/errors). */
function checkError(body: unknown, status: number): string[] {
  const { error } = (body ?? {}) as { error?: { code?: unknown; message?: unknown; errors?: unknown } };
  if (error?.code !== status) return ["response.error.code: is not the status"];
  if (typeof error.message !== "string") return ["response.error.message: missing"];
  const details = Array.isArray(error.errors) ? (error.errors as Record<string, unknown>[]) : [];
  const whole = details.length > 0 && details.every((detail) => ["domain", "reason", "message"].every((field) => typeof detail[field] === "string"));
  return whole ? [] : ["response.error.errors: domain, reason and message belong there"];
}

function findMethod(methods: readonly DiscoveryMethod[], httpMethod: string, path: string): DiscoveryMethod | undefined {
  const parts = path.split("/");
  const fits = (method: DiscoveryMethod): boolean => {
    const pattern = method.path.split("/");
    return pattern.length === parts.length && pattern.every((part, index) => (part.startsWith("{") ? parts[index] !== "" : part === parts[index]));
  };
  const found = methods.filter((method) => method.httpMethod === httpMethod && fits(method));
  // `events/import` and the like also fit `events/{eventId}`: the one with fewer braces is meant.
  return found.sort((left, right) => left.path.split("{").length - right.path.split("{").length)[0];
}

function splitOnce(text: string, separator: string): [string, string] {
  const cut = text.indexOf(separator);
  return cut < 0 ? [text, ""] : [text.slice(0, cut), text.slice(cut + 1)];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

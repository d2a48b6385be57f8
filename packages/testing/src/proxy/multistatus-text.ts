import type { ProxyAnswer } from "./fault.ts";

/**
 * A multistatus cut into its responses, as text: whatever a fault does not touch keeps its bytes. Understands what servers write, no more:
 * this is no XML parser.
 */
export interface MultistatusText {
  head: string;
  responses: string[];
  /** What stands behind the last response: sync-token and the closing tag. */
  tail: string;
  /** Prefix of the DAV: names with its colon, or empty. */
  prefix: string;
}

/** `null` where the answer is no multistatus. */
export function readMultistatusText(answer: ProxyAnswer): MultistatusText | null {
  if (answer.status !== 207) return null;
  const text = answer.body.toString("utf8");
  const root = /<((?:[\w.-]+:)?)multistatus\b[^>]*?(\/?)>/.exec(text);
  if (root === null) return null;
  const prefix = root[1] ?? "";
  if (root[2] === "/") {
    // An empty list in short form; opened here so that something may be put in.
    return { head: `${text.slice(0, root.index)}${root[0].slice(0, -2).trimEnd()}>`, responses: [], tail: `</${prefix}multistatus>`, prefix };
  }
  const found = [...text.matchAll(/<((?:[\w.-]+:)?)response[\s>][^]*?<\/\1response\s*>/g)];
  const first = found[0];
  const last = found.at(-1);
  const start = first?.index ?? root.index + root[0].length;
  const end = last === undefined ? start : last.index + last[0].length;
  return { head: text.slice(0, start), responses: found.map(([response]) => response), tail: text.slice(end), prefix };
}

export function writeMultistatusText(answer: ProxyAnswer, parts: MultistatusText): ProxyAnswer {
  return { ...answer, body: Buffer.from(parts.head + parts.responses.join("") + parts.tail, "utf8") };
}

/** Spoils the responses one by one; `null` where none changed. A response may become several, or none. */
export function changeResponses(answer: ProxyAnswer, change: (response: string, position: number) => string): ProxyAnswer | null {
  const parts = readMultistatusText(answer);
  if (parts === null) return null;
  const changed = parts.responses.map(change);
  if (changed.every((response, position) => response === parts.responses[position])) return null;
  return writeMultistatusText(answer, { ...parts, responses: changed });
}

const hrefPattern = /(<((?:[\w.-]+:)?)href\s*>)([^<]*)(<\/\2href\s*>)/;

/** The first href of a response, without XML escapes; the response's own one stands first. */
export function hrefOf(response: string): string | null {
  const text = hrefPattern.exec(response)?.[3];
  return text === undefined ? null : unescapeText(text).trim();
}

export function withHref(response: string, href: string): string {
  return response.replace(hrefPattern, (_whole, open: string, _prefix: string, _text: string, close: string) => open + escapeText(href) + close);
}

/** A member, not the collection itself or a folder in it. */
export function isMember(response: string): boolean {
  return !/<(?:[\w.-]+:)?collection[\s/>]/.test(response) && !(hrefOf(response) ?? "/").endsWith("/");
}

export function tokenIn(tail: string): string | null {
  const text = /<(?:[\w.-]+:)?sync-token\s*>([^<]*)</.exec(tail)?.[1];
  return text === undefined ? null : unescapeText(text).trim();
}

/** A response that only states a status. */
export function statusResponse(prefix: string, href: string, status: string, inside = ""): string {
  return `<${prefix}response><${prefix}href>${escapeText(href)}</${prefix}href><${prefix}status>HTTP/1.1 ${status}</${prefix}status>${inside}</${prefix}response>`;
}

export function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

export function unescapeText(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&apos;", "'").replaceAll("&amp;", "&");
}

export const dav = "DAV:";
export const caldav = "urn:ietf:params:xml:ns:caldav";
export const calendarServer = "http://calendarserver.org/ns/";
export const appleIcal = "http://apple.com/ns/ical/";

const prefixes = new Map([[dav, "D"], [caldav, "C"], [calendarServer, "CS"], [appleIcal, "A"]]);
const declarations = [...prefixes].map(([uri, prefix]) => `xmlns:${prefix}="${uri}"`).join(" ");

/** Escapes text for element content and attribute values; characters that XML 1.0 cannot hold are dropped. */
export function escapeXml(text: string): string {
  if (!/[<>&"\u0000-\u0008\u000b\u000c\u000d\u000e-\u001f\ufffe\uffff]/.test(text)) return text;
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\r", "&#13;");
}

/** One element. `content` is XML already; leave it out for an empty element. */
export function element(namespace: string, name: string, content = ""): string {
  const prefix = prefixes.get(namespace);
  const tag = prefix === undefined ? name : `${prefix}:${name}`;
  const declared = prefix === undefined ? ` xmlns="${escapeXml(namespace)}"` : "";
  return content === "" ? `<${tag}${declared}/>` : `<${tag}${declared}>${content}</${tag}>`;
}

/** A whole document whose root is a DAV element. */
export function xmlDocument(rootName: string, content: string): string {
  return `<?xml version="1.0" encoding="utf-8"?>\n<D:${rootName} ${declarations}>${content}</D:${rootName}>\n`;
}

const reasons = new Map([
  [200, "OK"],
  [403, "Forbidden"],
  [404, "Not Found"],
  [424, "Failed Dependency"],
  [507, "Insufficient Storage"],
]);

/** A `DAV:status` element, such as `HTTP/1.1 404 Not Found`. */
export function statusElement(status: number): string {
  return `<D:status>HTTP/1.1 ${status} ${reasons.get(status) ?? "Status"}</D:status>`;
}

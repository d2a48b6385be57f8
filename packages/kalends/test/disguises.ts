/** The core of a text's base64 form when `before` bytes stand in front of it: what is there whatever follows and goes before. */
function base64Core(text: Buffer, before: number, encoding: "base64" | "base64url"): string {
  const encoded = Buffer.concat([Buffer.alloc(before), text]).toString(encoding);
  const from = Math.ceil((before * 8) / 6);
  return encoded.slice(from, Math.floor(((before + text.length) * 8) / 6));
}

/** The ways in which a text may lie hidden in bytes: raw, UTF-16, base64 at each alignment, hexadecimal, URL and JSON escapes. */
export function disguises(text: string): Map<string, Buffer> {
  const utf8 = Buffer.from(text, "utf8");
  const escaped = Array.from(text, (letter) => (letter < "\u0080" ? letter : `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`)).join("");
  const forms: [string, string | Buffer][] = [
    ["raw", utf8],
    ["UTF-16", Buffer.from(text, "utf16le")],
    ["hex", utf8.toString("hex")],
    ["HEX", utf8.toString("hex").toUpperCase()],
    ["URL", encodeURIComponent(text)],
    ["form", encodeURIComponent(text).replaceAll("%20", "+")],
    ["URL twice", encodeURIComponent(encodeURIComponent(text))],
    ["JSON", JSON.stringify(text).slice(1, -1)],
    ["JSON, ASCII", escaped],
  ];
  for (const before of [0, 1, 2]) {
    forms.push([`base64 after ${before}`, base64Core(utf8, before, "base64")], [`base64url after ${before}`, base64Core(utf8, before, "base64url")]);
  }
  return new Map(forms.map(([name, form]) => [name, typeof form === "string" ? Buffer.from(form, "utf8") : form]));
}

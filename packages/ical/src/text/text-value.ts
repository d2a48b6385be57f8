/** Undoes the escapes of a TEXT value (RFC 5545 section 3.3.11). An unknown escape keeps its character. */
export function unescapeText(value: string): string {
  let at = value.indexOf("\\");
  if (at < 0) return value;
  let text = "";
  let from = 0;
  for (; at >= 0 && at + 1 < value.length; at = value.indexOf("\\", at + 2)) {
    const code = value.charCodeAt(at + 1);
    const isLineEnd = code === 110 || code === 78;
    text += isLineEnd ? `${value.slice(from, at)}\n` : value.slice(from, at);
    from = isLineEnd ? at + 2 : at + 1;
  }
  return text + value.slice(from);
}

/** Escapes a TEXT value. Control characters, which a content line must not hold, are left out. */
export function escapeText(value: string): string {
  const escaped = value.replace(/[\\;,]/g, (code) => `\\${code}`).replace(/\r\n|\r|\n/g, "\\n");
  return escaped.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "");
}

/** Cuts a list of TEXT values at the commas that are not escaped. */
export function splitTextList(value: string, most: number): string[] {
  const entries: string[] = [];
  let from = 0;
  for (let i = 0; i <= value.length && entries.length < most; i++) {
    const code = value.charCodeAt(i);
    if (code === 92) i++;
    else if (i === value.length || code === 44) {
      entries.push(value.slice(from, i));
      from = i + 1;
    }
  }
  return entries;
}

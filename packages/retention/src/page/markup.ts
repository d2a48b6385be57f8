const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** A text as it may stand in HTML and in quoted attributes. Control characters are shown as a replacement character. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? "").replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
}

/** "2026-11-28 14:05 UTC"; the rest of a time that is no such instant is shown as it is. */
export function timeOnPage(time: string): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)/.exec(time);
  const shown = match === null ? time : `${match[1]} ${match[2]} UTC`;
  return match === null ? escapeText(shown) : `<time datetime="${escapeText(time)}">${escapeText(shown)}</time>`;
}

/** 12345 -> "12,345". */
export function countOnPage(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

export function many(count: number, one: string, more: string): string {
  return `${countOnPage(count)} ${count === 1 ? one : more}`;
}

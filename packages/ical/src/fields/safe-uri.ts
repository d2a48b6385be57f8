const schemes = /^(?:https?|mailto|tel|sip|sips|xmpp|webcals?|msteams|zoommtg|message|urn|geo):/i;

/** A URI of a scheme that is safe to show as a link; `null` for others, `javascript:` and `data:` among them. */
export function safeUri(value: string): string | null {
  const uri = value.trim();
  return schemes.test(uri) && !/[\u0000-\u0020\u007f]/.test(uri) ? uri : null;
}

/** A URI made fit for a content line. */
export function lineUri(uri: string): string {
  return uri.replace(/[\u0000-\u0020\u007f]/g, (code) => encodeURIComponent(code));
}

import { answeringFault, type Fault, type ProxyAnswer } from "./fault.ts";
import { preconditionBody } from "./list-faults.ts";
import { escapeText } from "./multistatus-text.ts";
import { requestKinds, syncTokenOf } from "./request-kinds.ts";

/**
 * Refuses a sync-token with one of the statuses that servers use for it. 403 and 409 name the precondition of RFC 6578 section 3.2
 * unless `bare`.
 */
export function refuseToken(status: 400 | 403 | 409 | 410 | 412 | 500, options: { bare?: boolean } = {}): Fault {
  const speaks = (status === 403 || status === 409) && options.bare !== true;
  const answer: ProxyAnswer = speaks
    ? { status, headers: { "content-type": "application/xml; charset=utf-8" }, body: preconditionBody("D:valid-sync-token") }
    : { status, headers: { "content-type": "text/html" }, body: Buffer.from("<html><body>error</body></html>") };
  return answeringFault(`token refused with ${status}`, requestKinds.delta, () => answer);
}

/** Says "nothing new" and hands the client's own token back, whatever has happened: the change is lost to whoever trusts tokens alone. */
export function swallowChanges(): Fault {
  return answeringFault("token echoed, changes kept back", requestKinds.delta, ({ request }) => {
    const token = escapeText(syncTokenOf(request) ?? "");
    const body = `<?xml version="1.0" encoding="utf-8"?><D:multistatus xmlns:D="DAV:"><D:sync-token>${token}</D:sync-token></D:multistatus>`;
    return { status: 207, headers: { "content-type": "application/xml; charset=utf-8" }, body: Buffer.from(body) };
  });
}

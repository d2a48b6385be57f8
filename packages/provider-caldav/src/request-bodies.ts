import { escapeXml } from "@kalends/transport";

const head = '<?xml version="1.0" encoding="utf-8"?>\n';
const names = 'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:s="http://calendarserver.org/ns/" xmlns:a="http://apple.com/ns/ical/" xmlns:n="http://nextcloud.com/ns"';

function propfind(properties: string): string {
  return `${head}<d:propfind ${names}><d:prop>${properties}</d:prop></d:propfind>`;
}

/** Who am I, and where are my calendars (RFC 5397, RFC 4791 section 6.2.1, RFC 6638 section 2.4.1). */
export const principalPropfind: string = propfind(
  "<d:current-user-principal/><d:resourcetype/><d:displayname/><c:calendar-home-set/><c:calendar-user-address-set/>",
);

export const calendarListPropfind: string = propfind(
  "<d:resourcetype/><d:displayname/><d:current-user-privilege-set/><d:supported-report-set/>" +
    "<c:supported-calendar-component-set/><c:calendar-timezone/><c:calendar-timezone-id/><a:calendar-color/><s:source/><n:deleted-at/>",
);

/** Marks of the collection alone: what a cheap look costs. */
export const collectionMarksPropfind: string = propfind("<d:sync-token/><s:getctag/>");

/** One item's revision. */
export const itemMarksPropfind: string = propfind("<d:getetag/>");

/** Every member with its revision, and the collection's own type, by which a whole listing is told from a stray answer. */
export const memberListPropfind: string = propfind("<d:getetag/><d:resourcetype/><d:getcontenttype/>");

/** RFC 6578 section 3.2. No `limit`: some servers cut the list and still hand out the final token. */
export function syncCollectionReport(token: string): string {
  return (
    `${head}<d:sync-collection ${names}><d:sync-token>${escapeXml(token)}</d:sync-token><d:sync-level>1</d:sync-level>` +
    "<d:prop><d:getetag/><d:resourcetype/><d:getcontenttype/></d:prop></d:sync-collection>"
  );
}

/** RFC 4791 section 7.9. */
export function multigetReport(hrefs: readonly string[]): string {
  const asked = hrefs.map((href) => `<d:href>${escapeXml(href)}</d:href>`).join("");
  return `${head}<c:calendar-multiget ${names}><d:prop><d:getetag/><c:calendar-data/></d:prop>${asked}</c:calendar-multiget>`;
}

/** Revisions of the events that touch a stretch of time (RFC 4791 section 7.8). VEVENT is named: many servers fail or answer with tasks without it. */
export function sliceQuery(start: string, end: string): string {
  const range = `<c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT"><c:time-range start="${start}" end="${end}"/></c:comp-filter></c:comp-filter>`;
  return `${head}<c:calendar-query ${names}><d:prop><d:getetag/></d:prop><c:filter>${range}</c:filter></c:calendar-query>`;
}

/** XML namespaces of WebDAV, CalDAV and their neighbours. */
export const davNamespaces = {
  dav: "DAV:",
  caldav: "urn:ietf:params:xml:ns:caldav",
  calendarServer: "http://calendarserver.org/ns/",
  appleIcal: "http://apple.com/ns/ical/",
  nextcloud: "http://nextcloud.com/ns",
} as const;

/** A CalDAV service that DNS names for a domain (RFC 6764 sections 3 and 4). */
export interface NamedService {
  /** `https://host` or `https://host:port`. */
  origin: string;
  /** The TXT record's `path`, or `null`: then `.well-known/caldav` of that origin is asked. */
  path: string | null;
}

/**
 * Looks up `_caldavs._tcp` of a domain, best first. Only secure services; an empty list where there is none.
 * Passed in by those who have a resolver: the adapter itself knows no network but the transport.
 */
export type ServiceResolver = (domain: string) => Promise<NamedService[]>;

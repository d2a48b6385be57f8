/** One meeting of the demo world, as a person would enter it. */
export interface DemoEvent {
  uid: string;
  title: string;
  /** `YYYY-MM-DD` on the wall calendar of the person's zone. */
  date: string;
  /** Minutes after midnight, or `null` for an all-day event. */
  start: number | null;
  /** Length: minutes of a timed event, days of an all-day event. */
  length: number;
  /** RRULE value. */
  rule?: string;
  /** Dates on which the series does not happen. */
  skipped?: string[];
  /** Instances that differ: the original date, and what is different. */
  overrides?: { original: string; date?: string; start?: number; length?: number; status?: DemoEvent["status"] }[];
  status?: "confirmed" | "tentative" | "cancelled";
  transparent?: boolean;
  isPrivate?: boolean;
  /** Microsoft's free-busy word, which other servers carry along. */
  busyStatus?: "OOF" | "WORKINGELSEWHERE";
  location?: string;
  description?: string;
  attendees?: string[];
  /** Times changed so far (RFC 5545 section 3.8.7.4). */
  sequence?: number;
}

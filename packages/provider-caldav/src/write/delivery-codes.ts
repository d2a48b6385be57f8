import type { DeliveryOutcome } from "@kalends/model";

const known: Readonly<Record<string, DeliveryOutcome>> = {
  "1.1": "sent",
  "1.2": "delivered",
  "3.7": "recipient-unknown",
  "3.8": "not-permitted",
  "5.1": "failed-for-now",
  "5.2": "undeliverable",
  "5.3": "rejected",
};

/** By class (RFC 5546 section 3.6): preliminary, success, errors of the message, of the calendar, of the delivery. */
const byClass: Readonly<Record<string, DeliveryOutcome>> = { "1": "pending", "2": "delivered", "3": "failed", "4": "failed", "5": "failed" };

/** The worst first. */
const order: readonly DeliveryOutcome[] = ["rejected", "recipient-unknown", "not-permitted", "undeliverable", "failed", "failed-for-now", "unknown", "pending", "sent", "delivered"];

const mostCodes = 16;

/**
 * The codes inside a SCHEDULE-STATUS parameter (RFC 6638 section 7.3): one, or several with commas between them. DAViCal writes words behind
 * them, as REQUEST-STATUS has (`1.2;Scheduling message has been delivered`); the words are left out.
 */
export function readDeliveryCodes(value: string): string[] {
  const parts = value.replace(/^"|"$/g, "").split(",", mostCodes * 4);
  return parts.flatMap((part) => /^\s*(\d{1,3}\.\d{1,3}(?:\.\d{1,3})?)\s*(?:;|$)/.exec(part)?.[1] ?? []).slice(0, mostCodes);
}

/** What codes say together: the worst of them. */
export function outcomeOf(codes: readonly string[]): DeliveryOutcome {
  const outcomes = codes.map((code): DeliveryOutcome => known[code.split(".", 2).join(".")] ?? byClass[code.split(".")[0] ?? ""] ?? "unknown");
  return order.find((outcome) => outcomes.includes(outcome)) ?? "unknown";
}

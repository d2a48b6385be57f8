import type { EventPerson } from "@kalends/model";
import { parameter, type Property } from "../text/property.ts";
import { quoteParameter } from "../text/time-value.ts";

/** The address without `mailto:`, lower-cased. `null` where it is empty, or a scheme that runs code or holds data. */
export function calendarAddress(value: string): string | null {
  const address = value
    .trim()
    .replace(/^mailto:/i, "")
    .trim()
    .toLowerCase();
  return address === "" || /^(?:javascript|data|vbscript|file|blob):/.test(address) ? null : address;
}

/** The person that a CAL-ADDRESS property names (RFC 5545 section 3.3.3); the EMAIL parameter (RFC 7986) wins over a value that is no mail address. */
export function personOf(property: Property): EventPerson | null {
  const own = calendarAddress(property.value);
  const email = calendarAddress(parameter(property, "EMAIL") ?? "");
  const address = own !== null && !own.includes("@") && email !== null ? email : own;
  if (address === null) return null;
  const name = parameter(property, "CN")?.trim();
  return name === undefined || name === "" ? { address } : { address, name };
}

/** Parameter CN with its semicolon, or nothing. */
export function nameParameter(person: EventPerson): string {
  return person.name === undefined ? "" : `;CN=${quoteParameter(person.name)}`;
}

/** The address as a URI. Line ends and spaces, which would break the line open, are encoded. */
export function addressUri(person: EventPerson): string {
  const address = person.address.replace(/[\u0000-\u0020\u007f]/g, (code) => encodeURIComponent(code));
  return /^[a-z][a-z0-9+.-]*:/.test(address) || address.startsWith("/") ? address : `mailto:${address}`;
}

import { KalendsError } from "@kalends/model";
import { ownCopy } from "../text/own-copy.ts";
import { windowsZones } from "./windows-zones.ts";

/** Longest zone id that is looked at; IANA's longest is 32 characters. */
const longestId = 255;
/** Answers are kept, but not without end: a hostile file may name any number of zones. */
const mostKept = 4096;
const kept = new Map<string, string | null>();

const windowsByName: ReadonlyMap<string, string> = new Map(windowsZones.map(([name, zone]) => [name.toLowerCase(), zone]));

/** Three-letter names that ICU knows and IANA does not; each means several zones (IST: India, Israel, Ireland). */
const ambiguousNames: ReadonlySet<string> = new Set(
  "act aet agt art ast bet bst cat cnt cst ctt eat ect iet ist jst mit net nst plt pnt prt pst sst vst".split(" "),
);

let listedIds: Map<string, string> | undefined;

function listed(lower: string): string | undefined {
  listedIds ??= new Map(Intl.supportedValuesOf("timeZone").map((id) => [id.toLowerCase(), id]));
  return listedIds.get(lower);
}

function titleCase(id: string): string {
  return id.toLowerCase().replace(/(^|[/_-])([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase());
}

function ianaZone(name: string): string | null {
  const lower = name.toLowerCase();
  if (lower === "utc" || lower === "gmt" || lower === "z" || lower === "zulu") return "UTC";
  if (!/^[a-z][a-z0-9_+/-]*$/.test(lower) || ambiguousNames.has(lower)) return null;
  const known = listed(lower);
  if (known !== undefined) return known;
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: name });
  } catch {
    return null;
  }
  return /[A-Z]/.test(name) ? name : titleCase(name);
}

function resolve(tzid: string): string | null {
  let name = tzid.trim();
  if (name.length >= 2 && name.startsWith('"') && name.endsWith('"')) name = name.slice(1, -1).trim();
  const own = /^tzone:\/\/microsoft\/(.+)$/i.exec(name);
  if (own !== null) name = own[1] as string;
  const direct = ianaZone(name) ?? windowsByName.get(name.toLowerCase());
  if (direct !== undefined) return direct;
  if (!name.startsWith("/")) return null;
  // Globally unique ids carry a vendor's prefix before the IANA id: /mozilla.org/20050126_1/Europe/Berlin.
  const segments = name.split("/");
  for (const length of [3, 2, 1]) {
    if (segments.length <= length) continue;
    const zone = ianaZone(segments.slice(-length).join("/"));
    if (zone !== null) return zone;
  }
  return null;
}

/**
 * The IANA zone that a TZID stands for: IANA ids in any case, Windows names, ids with a vendor's prefix, quoted ids,
 * Microsoft's `tzone://` form. `null` where it stands for none: then the object's own VTIMEZONE decides.
 */
export function resolveZone(tzid: string): string | null {
  if (tzid.length > longestId) return null;
  const known = kept.get(tzid);
  if (known !== undefined) return known;
  const zone = resolve(tzid);
  if (kept.size >= mostKept) kept.clear();
  kept.set(ownCopy(tzid), zone === null ? null : ownCopy(zone));
  return zone;
}

/** Throws `zone-unknown` where the text is no IANA zone id. */
export function assertZone(zone: string): void {
  if (zone.length > longestId || ianaZone(zone) === null) throw new KalendsError("zone-unknown", "The time zone id is not an IANA id");
}

import { emptyAnswer, refusal, xmlAnswer, type Answer, type CaldavRequest } from "./answer.ts";
import type { CaldavState, NewCalendar } from "./caldav-state.ts";
import type { CalendarProperties } from "./calendar-store.ts";
import { propstat } from "./propstat.ts";
import { childOf, childrenOf, readXml, type XmlElement } from "./read-xml.ts";
import { calendarPath, type Resource } from "./resource-paths.ts";
import { propertyKey } from "./resource-properties.ts";
import { appleIcal, caldav, dav, element, escapeXml, xmlDocument } from "./write-xml.ts";

type Settable = "displayName" | "color" | "description" | "timeZone";

const settable = new Map<string, Settable>([
  [propertyKey(dav, "displayname"), "displayName"],
  [propertyKey(appleIcal, "calendar-color"), "color"],
  [propertyKey(caldav, "calendar-description"), "description"],
  [propertyKey(caldav, "calendar-timezone"), "timeZone"],
]);

/** Answers PROPPATCH on a calendar: all instructions hold, or none (RFC 4918 section 9.2). */
export function answerProppatch(resource: Resource & { kind: "calendar" }, request: CaldavRequest): Answer {
  if (resource.store.properties.readOnly) return refusal(403, dav, "need-privileges");
  const root = readXml(request.body);
  if (root.namespace !== dav || root.name !== "propertyupdate") return emptyAnswer(400);
  const wanted: { property: XmlElement; value: string | null }[] = [];
  for (const instruction of root.children) {
    if (instruction.namespace !== dav || (instruction.name !== "set" && instruction.name !== "remove")) continue;
    for (const property of childOf(instruction, dav, "prop")?.children ?? []) {
      wanted.push({ property, value: instruction.name === "set" ? property.text : null });
    }
  }
  const isRefused = ({ property, value }: (typeof wanted)[number]): boolean => {
    const field = settable.get(propertyKey(property.namespace, property.name));
    return field === undefined || (field === "displayName" && value === null);
  };
  const refused = wanted.some(isRefused);
  let good = "";
  let bad = "";
  for (const item of wanted) {
    const name = element(item.property.namespace, item.property.name);
    if (isRefused(item)) bad += name;
    else good += name;
    if (!refused) setProperty(resource.store.properties, item.property, item.value);
  }
  if (!refused) resource.store.touchProperties();
  const href = element(dav, "href", escapeXml(calendarPath(resource.user, resource.name)));
  const propstats = propstat(good, refused ? 424 : 200) + propstat(bad, 403);
  return xmlAnswer(207, xmlDocument("multistatus", element(dav, "response", href + propstats)));
}

function setProperty(properties: CalendarProperties, property: XmlElement, value: string | null): void {
  const field = settable.get(propertyKey(property.namespace, property.name));
  if (field === "displayName") properties.displayName = value ?? properties.displayName;
  else if (field) properties[field] = value;
}

/** Answers MKCALENDAR (RFC 4791 section 5.3.1), with or without a body. */
export function answerMkcalendar(state: CaldavState, resource: Resource, request: CaldavRequest): Answer {
  if (resource.kind === "calendar") return refusal(405, dav, "resource-must-be-null");
  if (resource.kind !== "missing-calendar") return refusal(403, caldav, "calendar-collection-location-ok");
  const root = request.body.trim() === "" ? undefined : readXml(request.body);
  if (root && (root.namespace !== caldav || root.name !== "mkcalendar")) return emptyAnswer(400);
  state.makeCalendar(resource.user, resource.name, readNewCalendar(childOf(childOf(root, dav, "set"), dav, "prop")));
  return emptyAnswer(201, { "cache-control": "no-cache" });
}

function readNewCalendar(prop: XmlElement | undefined): NewCalendar {
  const options: NewCalendar = {};
  for (const property of prop?.children ?? []) {
    const field = settable.get(propertyKey(property.namespace, property.name));
    if (field) options[field] = property.text;
    if (property.namespace !== caldav || property.name !== "supported-calendar-component-set") continue;
    const names = childrenOf(property, caldav, "comp").map((comp) => comp.attributes.get("name") ?? "");
    options.components = names.filter((name) => /^V[A-Z]+$/.test(name));
  }
  return options;
}

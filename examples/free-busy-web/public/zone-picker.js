import { make } from "./make.js";
import { cityOf, offsetWords } from "./words.js";

const common = [
  ...["UTC", "America/Los_Angeles", "America/Denver", "America/Chicago", "America/New_York", "America/Sao_Paulo"],
  ...["Europe/London", "Europe/Berlin", "Africa/Nairobi", "Asia/Dubai", "Asia/Kolkata", "Asia/Shanghai", "Asia/Tokyo"],
  ...["Australia/Sydney", "Pacific/Auckland"],
];

export function viewerZone() {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC";
}

export function isZone(zone) {
  try {
    new Intl.DateTimeFormat("en-GB", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** Fills the select: the viewer's own zone, those of the people, the configured one, and common ones. */
export function fillZonePicker(select, people, chosen, now) {
  const own = viewerZone();
  const seen = new Set();
  const group = (label, entries) => {
    const options = entries.filter(([zone]) => !seen.has(zone) && seen.add(zone) && isZone(zone));
    return options.length === 0 ? null : make("optgroup", { attributes: { label } }, options.map(([zone, words]) =>
      make("option", { text: `${words} (${offsetWords(zone, now)})`, attributes: { value: zone } })));
  };
  const ofPeople = new Map();
  for (const person of people) ofPeople.set(person.zone, [...(ofPeople.get(person.zone) ?? []), person.shortName]);
  const groups = [
    group("People", [...ofPeople].map(([zone, names]) => [zone, `${cityOf(zone)}, ${names.join(" and ")}`])),
    group("Yours", [[own, cityOf(own)], [chosen, cityOf(chosen)]]),
    group("Others", common.map((zone) => [zone, cityOf(zone)])),
  ];
  select.replaceChildren(...groups.filter(Boolean));
  select.value = chosen;
}

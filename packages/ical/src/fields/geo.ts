import { contentOf, type EventField } from "./event-field.ts";

/** GEO (RFC 5545 section 3.8.1.6): degrees north, then east. */
export const geoField: EventField = {
  names: ["GEO"],
  many: false,
  read: (property, event, context) => {
    const match = /^\s*([+-]?\d{1,3}(?:\.\d{1,20})?)\s*[;,]\s*([+-]?\d{1,3}(?:\.\d{1,20})?)\s*$/.exec(property.value.replace(/\\/g, ""));
    const latitude = Number(match?.[1]);
    const longitude = Number(match?.[2]);
    if (match === null || Math.abs(latitude) > 90 || Math.abs(longitude) > 180) {
      context.warn(property, "value-ignored", "a position that cannot be read was ignored");
    } else contentOf(event).position = { latitude, longitude };
  },
  write: ({ content }) => {
    const position = content?.position;
    return position === undefined ? [] : [`GEO:${decimal(position.latitude)};${decimal(position.longitude)}`];
  },
};

/** Never in exponent form, which GEO does not know. */
function decimal(value: number): string {
  const text = String(value);
  return text.includes("e") ? value.toFixed(20).replace(/0+$/, "").replace(/\.$/, "") : text;
}

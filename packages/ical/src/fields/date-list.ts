import { KalendsError, type EventTime } from "@kalends/model";
import { timeParameters } from "../text/time-value.ts";

/** The comma-separated values of a property, refused beyond the limit before they are all cut out. */
export function dateValues(text: string, already: number, most: number): string[] {
  const values = text.split(",", most - already + 1);
  if (already + values.length > most)
    throw new KalendsError("object-too-large", "The event has more EXDATE and RDATE values than the limit");
  return values;
}

/** Writes values of one kind and zone together in one line, in the order given. */
export function groupedLines<T>(
  name: string,
  values: readonly T[],
  timeOf: (value: T) => EventTime,
  write: (value: T) => string,
): string[] {
  const groups = new Map<string, string[]>();
  for (const value of values) {
    const head = timeParameters(timeOf(value), name);
    const group = groups.get(head);
    if (group === undefined) groups.set(head, [write(value)]);
    else group.push(write(value));
  }
  return [...groups].map(([head, texts]) => `${head}:${texts.join(",")}`);
}

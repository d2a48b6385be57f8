import { jsonAnswer, type Answer } from "../answer.ts";

interface Color {
  background: string;
  foreground: string;
}

const black = "#000000";
const palette = ["#ac725e", "#d06b64", "#f83a22", "#fa573c", "#ff7537", "#ffad46", "#42d692", "#16a765", "#7bd148", "#b3dc6c", "#fbe983", "#fad165"];
const eventPalette = ["#a4bdfc", "#7ae7bf", "#dbadff", "#ff887c", "#fbd75b", "#ffb878", "#46d6db", "#e1e1e1", "#5484ed", "#51b749", "#dc2127"];

const numbered = (colors: readonly string[]): Record<string, Color> =>
  Object.fromEntries(colors.map((background, index) => [String(index + 1), { background, foreground: black }]));

/** Colours of calendars and of events, by their ids. */
export const calendarColors: Readonly<Record<string, Color>> = numbered(palette);
const eventColors: Readonly<Record<string, Color>> = numbered(eventPalette);

/** `colors.get` */
export function getColors(): Answer {
  return jsonAnswer(200, { kind: "calendar#colors", updated: "2012-02-14T00:00:00.000Z", calendar: calendarColors, event: eventColors });
}

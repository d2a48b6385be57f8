/** `colorId` of events, as `colors.get` of the Calendar API answers for the whole world; ids of later palettes have no colour here. */
export const eventColors: ReadonlyMap<string, string> = new Map([
  ["1", "#a4bdfc"],
  ["2", "#7ae7bf"],
  ["3", "#dbadff"],
  ["4", "#ff887c"],
  ["5", "#fbd75b"],
  ["6", "#ffb878"],
  ["7", "#46d6db"],
  ["8", "#e1e1e1"],
  ["9", "#5484ed"],
  ["10", "#51b749"],
  ["11", "#dc2127"],
]);

const idByColor: ReadonlyMap<string, string> = new Map([...eventColors].map(([id, color]) => [color, id]));

/** The id of one of these colours; `null` for any other. */
export function colorIdOf(color: string): string | null {
  return idByColor.get(color.toLowerCase()) ?? null;
}

import { parameterName, withParameters, type ContentLine } from "./content-line.ts";

/** Parameters of a person that the model knows; all others stay as the server has them. */
const known: ReadonlySet<string> = new Set(["CN", "CUTYPE", "ROLE", "PARTSTAT", "RSVP"]);

/**
 * Attendees or organizers after a change. A person who did not change keeps the server's own line, byte for byte; one who did keeps all
 * parameters that the model does not know (DELEGATED-FROM, X- and others).
 */
export function mergePeople(server: readonly ContentLine[], before: readonly ContentLine[], after: readonly ContentLine[]): ContentLine[] {
  const serverLines = new Map(server.map((line) => [addressOf(line), line]));
  const beforeLines = new Map(before.map((line) => [addressOf(line), line]));
  return after.map((line) => {
    const address = addressOf(line);
    const own = serverLines.get(address);
    if (own === undefined) return line;
    const old = beforeLines.get(address);
    if (old !== undefined && old.parameters.join(";") === line.parameters.join(";")) return own;
    const kept = own.parameters.filter((parameter) => !known.has(parameterName(parameter)) && parameterName(parameter) !== "SCHEDULE-STATUS");
    return withParameters({ ...own, value: own.value }, [...line.parameters, ...kept]);
  });
}

function addressOf(line: ContentLine): string {
  return line.value.trim().toLowerCase();
}

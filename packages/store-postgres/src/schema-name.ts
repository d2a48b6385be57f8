import { KalendsError } from "@kalends/model";

/** The schema's name as it is, where it is a plain identifier. Throws `invalid-argument`. */
export function checkSchemaName(name: string): string {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(name) || name.startsWith("pg_") || name === "information_schema") {
    throw new KalendsError("invalid-argument", "The schema's name must be of a-z, 0-9 and _, at most 63 of them, and not begin with pg_ or a digit");
  }
  return name;
}

import type { BulkText } from "./sql-driver.ts";
import type { SqlFlavor } from "./sql-flavor.ts";

/** The type of a bulk statement's parameter. */
export type BulkType = "text" | "integer" | "bytes";

/** Columns of a table with the types of their parameters, in the order of the parameters. */
export type BulkColumns<Table> = { readonly [Column in keyof Table & string]?: BulkType };

/** A bulk statement before the flavour has given it its form. */
export type BulkShape<Table> =
  | {
      readonly insert: BulkColumns<Table>;
      /** Where the row is there already: columns of the key, and what changes then. */
      readonly onConflict?: { readonly key: readonly (keyof Table & string)[]; readonly update: string };
    }
  | { readonly update: BulkColumns<Table>; readonly where: BulkColumns<Table> }
  | { readonly delete: true; readonly where: BulkColumns<Table> }
  /** Copies rows of another table that `where` names; `extra` are columns that the parameters give. */
  | {
      readonly copyFrom: string;
      readonly extra: BulkColumns<Table>;
      readonly where: BulkColumns<Table>;
      readonly onConflict: { readonly key: readonly (keyof Table & string)[]; readonly update: string };
    };

const quoted = (name: string): string => `"${name}"`;
const list = (names: readonly string[]): string => names.map(quoted).join(", ");
const conditions = (names: readonly string[], value: (name: string) => string, table: string): string =>
  names.map((name) => `${table}.${quoted(name)} = ${value(name)}`).join(" and ");

/** `set` clause that takes over the columns of the row that could not be inserted. */
export function takingOver(columns: readonly string[]): string {
  return columns.map((column) => `${quoted(column)} = excluded.${quoted(column)}`).join(", ");
}

/** The statement's text in the form that the flavour asks for. Tables and columns are ours; only values are parameters. */
export function bulkText<Table>(flavor: SqlFlavor, table: string, shape: BulkShape<Table>): BulkText {
  const changed = Object.entries<BulkType | undefined>("insert" in shape ? shape.insert : "update" in shape ? shape.update : "extra" in shape ? shape.extra : {});
  const named = Object.entries<BulkType | undefined>("where" in shape ? shape.where : {});
  const parameters = [...changed, ...named];
  const key = keyOf(shape, changed.map(([name]) => name), named.length);
  const names = { changed: changed.map(([name]) => name), named: named.map(([name]) => name) };
  if (flavor.bulk === "rows") return { sql: textForRow(table, shape, names), key };
  const types = { text: "text", integer: flavor.types.integer, bytes: flavor.types.bytes };
  const arrays = parameters.map(([, type], index) => `$${index + 1}::${types[type ?? "text"]}[]`);
  const place = named.findIndex(([name]) => name === "organization");
  const organization = place < 0 ? null : `(${arrays[changed.length + place]})[1]`;
  return { sql: textForSet(table, shape, names, { rows: `unnest(${arrays.join(", ")})`, organization }), key };
}

function keyOf<Table>(shape: BulkShape<Table>, changed: readonly string[], named: number): number[] {
  if ("insert" in shape) return (shape.onConflict?.key ?? []).map((column) => changed.indexOf(column));
  return Array.from({ length: named }, (_, index) => changed.length + index);
}

interface Names {
  changed: string[];
  named: string[];
}

function conflictClause<Table>(shape: BulkShape<Table>): string {
  if (!("onConflict" in shape) || shape.onConflict === undefined) return "";
  return ` on conflict (${list(shape.onConflict.key)}) do update set ${shape.onConflict.update}`;
}

function textForRow<Table>(table: string, shape: BulkShape<Table>, { changed, named }: Names): string {
  const where = conditions(named, () => "?", quoted(table));
  if ("insert" in shape) return `insert into ${quoted(table)} (${list(changed)}) values (${changed.map(() => "?").join(", ")})${conflictClause(shape)}`;
  if ("update" in shape) return `update ${quoted(table)} set ${changed.map((name) => `${quoted(name)} = ?`).join(", ")} where ${where}`;
  if ("delete" in shape) return `delete from ${quoted(table)} where ${where}`;
  const from = quoted(shape.copyFrom);
  return `insert into ${quoted(table)} (${list([...changed, ...named])}) select ${[...changed.map(() => "?"), ...named.map(quoted)].join(", ")}` +
    ` from ${from} where ${conditions(named, () => "?", from)}${conflictClause(shape)}`;
}

interface RowSet {
  rows: string;
  /** The organization of the first row. A session writes rows of one organization; told apart from the set, it also chooses the partition. */
  organization: string | null;
}

function textForSet<Table>(table: string, shape: BulkShape<Table>, { changed, named }: Names, { rows, organization }: RowSet): string {
  const input = `${rows} as input (${[...changed.map((_, index) => `c${index}`), ...named.map((_, index) => `k${index}`)].join(", ")})`;
  const one = (of: string): string => (organization === null ? "" : ` and ${of}."organization" = ${organization}`);
  const where = (of: string): string => `${conditions(named, (name) => `input.k${named.indexOf(name)}`, of)}${one(of)}`;
  if ("insert" in shape) return `insert into ${quoted(table)} (${list(changed)}) select * from ${rows}${conflictClause(shape)}`;
  if ("update" in shape) {
    return `update ${quoted(table)} set ${changed.map((name, index) => `${quoted(name)} = input.c${index}`).join(", ")} from ${input} where ${where(quoted(table))}`;
  }
  if ("delete" in shape) return `delete from ${quoted(table)} using ${input} where ${where(quoted(table))}`;
  const from = quoted(shape.copyFrom);
  return `insert into ${quoted(table)} (${list([...changed, ...named])}) select ${[...changed.map((_, index) => `input.c${index}`), ...named.map((name) => `${from}.${quoted(name)}`)].join(", ")}` +
    ` from ${input} inner join ${from} on ${where(from)}${conflictClause(shape)}`;
}

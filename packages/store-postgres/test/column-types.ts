import type { PgPool } from "../src/index.ts";
import { aroundQueries } from "./around-queries.ts";

/** Object ids of types in `pg_type`. */
const texts = new Set([18, 19, 25, 1043]);
const numbers = new Set([20, 21, 23, 700, 701, 1700]);

/** Writes down which types the columns of all answers have, by their names. */
export class ColumnTypes {
  readonly texts = new Set<string>();
  readonly numbers = new Set<string>();

  readonly wrap = (pool: PgPool): PgPool =>
    aroundQueries(pool, async (_, send) => {
      const result = await send();
      // A text of several statements has several answers; the store looks at none of them.
      this.#note((result as { fields?: { name: string; dataTypeID: number }[] }).fields ?? []);
      return result;
    });

  #note(fields: readonly { name: string; dataTypeID: number }[]): void {
    for (const { name, dataTypeID } of fields) {
      if (texts.has(dataTypeID)) this.texts.add(name);
      if (numbers.has(dataTypeID)) this.numbers.add(name);
    }
  }
}

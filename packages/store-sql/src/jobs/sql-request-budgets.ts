import type { BudgetGrant, RequestBudgets } from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";
import { spendBudget } from "./spend-budget.ts";

export class SqlRequestBudgets implements RequestBudgets {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  take(name: string, wanted: number, perMinute: number, now: number): Promise<BudgetGrant> {
    return this.#database.write(async (scope) => {
      const made = { name, free_at: 0 };
      // The row exists and is locked before it is read, by whichever worker comes first.
      const { db } = scope;
      await scope.run(db.insertInto("request_budget").values(made).onConflict((conflict) => conflict.column("name").doNothing()));
      const row = await scope.first(db.updateTable("request_budget").set((eb) => ({ free_at: eb.ref("free_at") })).where("name", "=", name).returning("free_at"));
      const { freeAt, ...grant } = spendBudget(row?.free_at ?? 0, wanted, perMinute, now);
      if (grant.granted > 0) await scope.run(db.updateTable("request_budget").set({ free_at: freeAt }).where("name", "=", name));
      return grant;
    });
  }
}

import { KalendsError } from "@kalends/model";
import type {
  AccountId, ConnectionId, HeldAccount, HeldBy, HeldRecords, OrganizationId, PurgeStep, RetentionStore, RowCounts, StopConnection,
} from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";
import { heldOf, heldRecords, recordTables } from "./held-rows.ts";
import { beginPurge, dropContent, forgetPassed, purgeAccount, purgeEvents } from "./purge-account.ts";
import { purgeConnection } from "./purge-connection.ts";
import { dropRows, rowsOf } from "./rows-of.ts";
import { stopConnection } from "./stop-connection.ts";

export class SqlRetentionStore implements RetentionStore {
  readonly #database: SqlDatabase;
  readonly #organization: OrganizationId;

  constructor(database: SqlDatabase, organization: OrganizationId) {
    this.#database = database;
    this.#organization = organization;
  }

  rowsOf(subject: HeldBy): Promise<RowCounts> {
    return this.#database.read((scope) => rowsOf(scope, this.#organization, subject));
  }

  stopConnection(stop: StopConnection): Promise<boolean> {
    return this.#database.write((scope) => stopConnection(scope, this.#organization, stop));
  }

  dropCredential(connectionId: ConnectionId, generation?: number): Promise<boolean> {
    return this.#database.write(async (scope) => {
      const held = await scope.first(
        scope.db.selectFrom("credential").select("generation").where("organization", "=", this.#organization).where("connection_id", "=", connectionId),
      );
      if (held === undefined || (generation !== undefined && held.generation !== generation)) return false;
      for (const table of ["job", "credential_renewal", "credential"] as const) await dropRows(scope, this.#organization, table, { connectionId });
      return true;
    });
  }

  purgeConnection(connectionId: ConnectionId, now: number): Promise<PurgeStep> {
    return this.#database.write((scope) => purgeConnection(scope, this.#organization, connectionId, now));
  }

  async purgingConnections(): Promise<ConnectionId[]> {
    const rows = await this.#database.read((scope) =>
      scope.all(scope.db.selectFrom("connection").select("id").where("organization", "=", this.#organization).where("purging_at", "is not", null).orderBy("id")),
    );
    return rows.map(({ id }) => id);
  }

  async accountIds(after: AccountId | null, limit: number): Promise<AccountId[]> {
    const rows = await this.#database.read((scope) => {
      const all = scope.db.selectFrom("account").select("id").where("organization", "=", this.#organization).orderBy("id").limit(limit);
      return scope.all(after === null ? all : all.where("id", ">", after));
    });
    return rows.map(({ id }) => id);
  }

  heldOf(accountId: AccountId, ends: { left: number; due: number }): Promise<HeldAccount | null> {
    return this.#database.read((scope) => heldOf(scope, this.#organization, accountId, ends));
  }

  heldRecords(writtenBefore: number): Promise<HeldRecords[]> {
    return this.#database.read((scope) => heldRecords(scope, this.#organization, writtenBefore));
  }

  forgetPassed(accountId: AccountId, endedBefore: number, now: number): Promise<PurgeStep> {
    return this.#database.write((scope) => forgetPassed(scope, this.#organization, accountId, endedBefore, now));
  }

  dropContent(accountId: AccountId): Promise<number> {
    return this.#database.write((scope) => dropContent(scope, this.#organization, accountId));
  }

  purgeEvents(accountId: AccountId, rules: number, now: number): Promise<PurgeStep> {
    return this.#database.write((scope) => purgeEvents(scope, this.#organization, accountId, rules, now));
  }

  beginPurge(accountId: AccountId, rules: number, now: number): Promise<void> {
    return this.#database.write((scope) => beginPurge(scope, this.#organization, accountId, rules, now));
  }

  purgeAccount(accountId: AccountId, options: { records: boolean; now: number }): Promise<PurgeStep> {
    return this.#database.write((scope) => purgeAccount(scope, this.#organization, accountId, options));
  }

  dropRecords(table: string, writtenBefore: number): Promise<number> {
    const column = Object.hasOwn(recordTables, table) ? recordTables[table as keyof typeof recordTables] : null;
    if (column === null) throw new KalendsError("invalid-argument", `Rows of ${table} do not go by age`);
    return this.#database.write((scope) =>
      scope.run(
        scope.db.deleteFrom(table as "tombstone").where("organization", "=", this.#organization).where(column as "removed_at", "<=", writtenBefore),
      ),
    );
  }
}

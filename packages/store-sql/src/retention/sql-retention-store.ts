import type { ConnectionId, HeldBy, OrganizationId, PurgeStep, RetentionStore, RowCounts, StopConnection } from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";
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

  dropCredential(connectionId: ConnectionId): Promise<boolean> {
    return this.#database.write(async (scope) => {
      await dropRows(scope, this.#organization, "credential_renewal", { connectionId });
      return (await dropRows(scope, this.#organization, "credential", { connectionId })) > 0;
    });
  }

  purgeConnection(connectionId: ConnectionId, now: number): Promise<PurgeStep> {
    return this.#database.write((scope) => purgeConnection(scope, this.#organization, connectionId, now));
  }
}

import { KalendsError, type ConnectionId, type CredentialStore, type OrganizationId } from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";
import type { SqlScope } from "../database/sql-scope.ts";

export class SqlCredentialStore implements CredentialStore {
  readonly #database: SqlDatabase;
  readonly #organization: OrganizationId;

  constructor(database: SqlDatabase, organization: OrganizationId) {
    this.#database = database;
    this.#organization = organization;
  }

  async put(connectionId: ConnectionId, sealed: Uint8Array, expected: number): Promise<void> {
    const changed = await this.#database.write((scope) =>
      expected === 0 ? this.#insert(scope, connectionId, sealed) : this.#replace(scope, connectionId, sealed, expected),
    );
    if (changed === 0) throw new KalendsError("revision-conflict", `The credential of connection ${connectionId} was replaced meanwhile`);
  }

  async get(connectionId: ConnectionId): Promise<{ sealed: Uint8Array; generation: number } | null> {
    const row = await this.#database.read((scope) =>
      scope.first(
        scope.db
          .selectFrom("credential")
          .select(["sealed", "generation"])
          .where("organization", "=", this.#organization)
          .where("connection_id", "=", connectionId),
      ),
    );
    return row ?? null;
  }

  async remove(connectionId: ConnectionId): Promise<void> {
    await this.#database.write((scope) =>
      scope.run(scope.db.deleteFrom("credential").where("organization", "=", this.#organization).where("connection_id", "=", connectionId)),
    );
  }

  #insert(scope: SqlScope, connectionId: ConnectionId, sealed: Uint8Array): Promise<number> {
    return scope.run(
      scope.db
        .insertInto("credential")
        .values({ organization: this.#organization, connection_id: connectionId, generation: 1, sealed })
        .onConflict((conflict) => conflict.columns(["organization", "connection_id"]).doNothing()),
    );
  }

  #replace(scope: SqlScope, connectionId: ConnectionId, sealed: Uint8Array, expected: number): Promise<number> {
    return scope.run(
      scope.db
        .updateTable("credential")
        .set({ sealed, generation: expected + 1 })
        .where("organization", "=", this.#organization)
        .where("connection_id", "=", connectionId)
        .where("generation", "=", expected),
    );
  }
}

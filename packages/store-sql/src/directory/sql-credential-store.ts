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
    const changed = await this.#database.writeTogether((scope) =>
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

  async claimRenewal(
    connectionId: ConnectionId,
    generation: number,
    holder: string,
    now: number,
    leaseMs: number,
  ): Promise<{ token: number; unfinished: boolean } | null> {
    return this.#database.writeTogether(async (scope) => {
      const stored = await scope.lockFirst(this.#generation(scope, connectionId));
      if (stored?.generation !== generation) return null;
      const known = await scope.first(this.#renewal(scope, connectionId));
      if (known !== undefined && known.holder !== null && known.lease_until > now) return null;
      const unfinished = known !== undefined && known.generation === generation && known.exchange_at !== null;
      const token = (known?.token ?? 0) + 1;
      const values = { generation, token, holder, lease_until: now + leaseMs, exchange_at: unfinished ? known.exchange_at : null };
      await scope.run(
        scope.db
          .insertInto("credential_renewal")
          .values({ organization: this.#organization, connection_id: connectionId, ...values })
          .onConflict((conflict) => conflict.columns(["organization", "connection_id"]).doUpdateSet(values)),
      );
      return { token, unfinished };
    });
  }

  async beginExchange(connectionId: ConnectionId, token: number, now: number, leaseMs: number): Promise<void> {
    const changed = await this.#database.writeTogether((scope) =>
      scope.run(this.#held(scope, connectionId, token).set({ exchange_at: now, lease_until: now + leaseMs })),
    );
    if (changed === 0) throw renewalLost(connectionId);
  }

  async finishRenewal(connectionId: ConnectionId, token: number, sealed: Uint8Array, generation: number): Promise<void> {
    await this.#database.writeTogether(async (scope) => {
      // In the same order as `claimRenewal`: first the credential, then the right to renew it.
      await scope.lockFirst(this.#generation(scope, connectionId));
      const given = await scope.run(this.#held(scope, connectionId, token).set({ holder: null, lease_until: 0, exchange_at: null }));
      if (given === 0) throw renewalLost(connectionId);
      if ((await this.#replace(scope, connectionId, sealed, generation)) === 0) {
        throw new KalendsError("revision-conflict", `The credential of connection ${connectionId} was replaced meanwhile`);
      }
    });
  }

  async releaseRenewal(connectionId: ConnectionId, token: number, exchanged: boolean): Promise<void> {
    await this.#database.writeTogether((scope) =>
      scope.run(this.#held(scope, connectionId, token).set({ holder: null, lease_until: 0, ...(exchanged ? {} : { exchange_at: null }) })),
    );
  }

  async remove(connectionId: ConnectionId): Promise<void> {
    await this.#database.writeTogether((scope) =>
      scope.run(scope.db.deleteFrom("credential").where("organization", "=", this.#organization).where("connection_id", "=", connectionId)),
    );
  }

  #generation(scope: SqlScope, connectionId: ConnectionId) {
    return scope.db
      .selectFrom("credential")
      .select("generation")
      .where("organization", "=", this.#organization)
      .where("connection_id", "=", connectionId);
  }

  #renewal(scope: SqlScope, connectionId: ConnectionId) {
    return scope.db
      .selectFrom("credential_renewal")
      .selectAll()
      .where("organization", "=", this.#organization)
      .where("connection_id", "=", connectionId);
  }

  #held(scope: SqlScope, connectionId: ConnectionId, token: number) {
    return scope.db
      .updateTable("credential_renewal")
      .where("organization", "=", this.#organization)
      .where("connection_id", "=", connectionId)
      .where("token", "=", token)
      .where("holder", "is not", null);
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

function renewalLost(connectionId: ConnectionId): KalendsError {
  return new KalendsError("claim-lost", `The right to renew the credential of connection ${connectionId} went to another worker`);
}

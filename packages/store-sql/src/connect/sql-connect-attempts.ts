import type { ConnectAttempt, ConnectAttempts, OrganizationId } from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";
import type { ConnectAttemptTable } from "../schema/connect-tables.ts";

export class SqlConnectAttempts implements ConnectAttempts {
  readonly #database: SqlDatabase;
  readonly #organization: OrganizationId;

  constructor(database: SqlDatabase, organization: OrganizationId) {
    this.#database = database;
    this.#organization = organization;
  }

  async add(attempt: ConnectAttempt): Promise<void> {
    await this.#database.writeTogether(async (scope) => {
      await scope.run(
        scope.db.deleteFrom("connect_attempt").where("organization", "=", this.#organization).where("expires_at", "<=", attempt.createdAt),
      );
      await scope.run(
        scope.db.insertInto("connect_attempt").values({
          organization: this.#organization,
          state_digest: attempt.stateDigest,
          binding_digest: attempt.bindingDigest,
          account_id: attempt.accountId,
          provider: attempt.provider,
          redirect_uri: attempt.redirectUri,
          scopes: JSON.stringify(attempt.scopes),
          issuer: attempt.issuer,
          issuer_promised: attempt.issuerPromised ? 1 : 0,
          connection_id: attempt.connectionId,
          return_to: attempt.returnTo,
          verifier: attempt.verifier,
          created_at: attempt.createdAt,
          expires_at: attempt.expiresAt,
        }),
      );
    });
  }

  async take(stateDigest: string, bindingDigest: string, now: number): Promise<ConnectAttempt | null> {
    // One statement decides, so that of two callers one gets it.
    const row = await this.#database.writeTogether((scope) =>
      scope.first(
        scope.db
          .deleteFrom("connect_attempt")
          .where("organization", "=", this.#organization)
          .where("state_digest", "=", stateDigest)
          .where("binding_digest", "=", bindingDigest)
          .where("expires_at", ">", now)
          .returningAll(),
      ),
    );
    return row === undefined ? null : toAttempt(row);
  }
}

function toAttempt(row: ConnectAttemptTable): ConnectAttempt {
  return {
    stateDigest: row.state_digest,
    bindingDigest: row.binding_digest,
    accountId: row.account_id,
    provider: row.provider,
    redirectUri: row.redirect_uri,
    scopes: JSON.parse(row.scopes) as string[],
    issuer: row.issuer,
    issuerPromised: row.issuer_promised === 1,
    connectionId: row.connection_id,
    returnTo: row.return_to,
    verifier: row.verifier,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}

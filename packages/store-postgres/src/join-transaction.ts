import type { CompiledQuery, DatabaseConnection, QueryResult } from "kysely";
import { KalendsError } from "@kalends/model";
import { kyselyLink, type TextColumns } from "./kysely-source.ts";
import { pgLink, type PgClient } from "./pg-source.ts";
import type { PostgresLink } from "./postgres-link.ts";

/** The part of a Kysely `Transaction` that is used. */
interface KyselyTransaction {
  readonly isTransaction: boolean;
  withoutPlugins(): { executeQuery<Row>(query: CompiledQuery<Row>): Promise<QueryResult<Row>> };
}

/**
 * The host's connection from what it handed in: a `pg` client or a Kysely transaction. Nothing is prepared on it by name. Throws
 * `invalid-argument`.
 */
export function hostLink(transaction: object, columns: TextColumns): PostgresLink {
  if (isKysely(transaction)) {
    // Plugins rename what comes back.
    const plain = transaction.withoutPlugins();
    return kyselyLink({ executeQuery: (query) => plain.executeQuery(query) } as DatabaseConnection, columns, async () => undefined);
  }
  if (isClient(transaction)) return pgLink({ query: (config) => transaction.query(config) }, null);
  throw new KalendsError("invalid-argument", "What was handed in is neither a pg client nor a Kysely transaction", {
    remedy: "Pass the client on which BEGIN ran, or the transaction that Kysely's `transaction().execute` gives.",
  });
}

function isKysely(transaction: object): transaction is KyselyTransaction {
  return "isTransaction" in transaction && transaction.isTransaction === true && "withoutPlugins" in transaction;
}

/** A pool has `query` as well, and gives each call any connection. */
function isClient(transaction: object): transaction is Pick<PgClient, "query"> {
  return "query" in transaction && typeof transaction.query === "function" && !("totalCount" in transaction);
}

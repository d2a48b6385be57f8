import { KalendsError, type ErrorCode } from "@kalends/model";

/** SQLSTATE codes (PostgreSQL's manual, appendix A), and those of their classes where the whole class says the same. */
const codes: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ["23503", "not-found"], // foreign_key_violation
  ["23505", "already-exists"], // unique_violation
  ["40001", "store-locked"], // serialization_failure
  ["40P01", "store-locked"], // deadlock_detected
  ["55P03", "store-locked"], // lock_not_available
  ["53100", "store-full"], // disk_full
  ["53300", "store-unreachable"], // too_many_connections
  ["25006", "store-readonly"], // read_only_sql_transaction: a standby
  ["42501", "store-readonly"], // insufficient_privilege, and a row that row-level security refuses
  ["42P01", "store-unmigrated"], // undefined_table
  ["42883", "store-unmigrated"], // undefined_function
  ["3F000", "store-unmigrated"], // invalid_schema_name
  ["42703", "store-unmigrated"], // undefined_column
  ["3D000", "store-refused"], // invalid_catalog_name
  ["XX001", "store-corrupt"], // data_corrupted
  ["XX002", "store-corrupt"], // index_corrupted
]);

const classes: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ["08", "store-unreachable"], // connection exceptions
  ["57", "store-unreachable"], // operator intervention: shutdown, crash, starting up
  ["28", "store-refused"], // invalid authorization
]);

const networkCodes = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENOENT|EACCES)$/;
/** What `pg` and `pg-pool` throw without a code. */
const brokenConnection =
  /connection (terminated|timeout)|timeout (exceeded|expired)|client (was closed|has encountered)|pool after calling end|not queryable|query read timeout/i;

const words: Partial<Record<ErrorCode, string>> = {
  "not-found": "The row refers to something that does not exist in this organization",
  "already-exists": "The key is taken",
  "store-locked": "A lock was not given in time",
  "store-full": "The database could not grow",
  "store-readonly": "The database, or the role's rights, do not allow this write",
  "store-unmigrated": "A table or function of this version is not there",
  "store-corrupt": "The database is damaged",
  "store-unreachable": "The database server does not answer",
  "store-refused": "The database server refused the login",
};

const remedies: Partial<Record<ErrorCode, string>> = {
  "store-readonly": "Is the server a standby? Else give the role its rights: `kalends migrate --print-roles` prints the script.",
};

/** The SQLSTATE of what was thrown, or `null`. */
export function sqlState(thrown: unknown): string | null {
  const code = (thrown as { code?: unknown } | null)?.code;
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

/** Whether the same transaction may succeed when it is run again (deadlock, serialization). */
export function mayRunAgain(thrown: unknown): boolean {
  const state = sqlState(thrown);
  return state === "40001" || state === "40P01";
}

/**
 * Whether a statement that was prepared on the connection no longer fits its table: a schema step of a later version added a column to it. The
 * server's text for it may be in any language; the name of the function in the server is not.
 */
export function isStalePlan(thrown: unknown): boolean {
  return sqlState(thrown) === "0A000" && (thrown as { routine?: unknown }).routine === "RevalidateCachedQuery";
}

/** Whether the connection is of no more use. */
export function isBrokenConnection(thrown: unknown): boolean {
  return isStalePlan(thrown) || (codeOf(thrown) === "store-unreachable" && sqlState(thrown) !== "57014");
}

function codeOf(thrown: unknown): ErrorCode | undefined {
  const state = sqlState(thrown);
  if (state === "57014") return "store-failed"; // query_canceled: the time limit
  if (state !== null && codes.has(state)) return codes.get(state);
  if (state !== null && classes.has(state.slice(0, 2))) return classes.get(state.slice(0, 2));
  const { code, message } = thrown as { code?: unknown; message?: unknown };
  if (typeof code === "string" && networkCodes.test(code)) return "store-unreachable";
  if (state === null && typeof message === "string" && brokenConnection.test(message)) return "store-unreachable";
  return undefined;
}

/**
 * What a PostgreSQL client threw, as `KalendsError`. The server's own texts quote values of rows, so only its code and the names of table
 * and constraint are kept as the cause.
 */
export function mapPostgresError(thrown: unknown): KalendsError {
  if (thrown instanceof KalendsError) return thrown;
  const code = codeOf(thrown) ?? "store-failed";
  const state = sqlState(thrown);
  const remedy = remedies[code];
  return new KalendsError(code, `${words[code] ?? "The database reported a fault"}${state === null ? "" : ` (SQLSTATE ${state})`}`, {
    cause: harmlessCause(thrown, state),
    ...(remedy === undefined ? {} : { remedy }),
  });
}

function harmlessCause(thrown: unknown, state: string | null): unknown {
  if (state === null) return thrown;
  const { table, constraint, routine } = thrown as { table?: unknown; constraint?: unknown; routine?: unknown };
  const named = [["table", table], ["constraint", constraint], ["routine", routine]].filter(([, value]) => typeof value === "string");
  return new Error(`SQLSTATE ${state}${named.map(([name, value]) => `, ${String(name)} ${String(value)}`).join("")}`);
}

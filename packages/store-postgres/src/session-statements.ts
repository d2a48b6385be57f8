import type { SqlSession } from "@kalends/store-sql";
import type { PostgresLink } from "./postgres-link.ts";

/** How a session is limited, in milliseconds; 0 for no limit. */
export interface SessionLimits {
  lockTimeoutMs: number;
  statementTimeoutMs: number;
}

/**
 * A text as SQL that means the same under every setting of the session. Nothing of a host's session is trusted: neither how it reads
 * literals nor in which schemas it looks.
 */
export function safeLiteral(text: string): string {
  return `pg_catalog.convert_from(pg_catalog.decode('${Buffer.from(text, "utf8").toString("hex")}', 'hex'), 'UTF8')`;
}

function setLocal(name: string, value: string): string {
  return `pg_catalog.set_config('${name}', ${safeLiteral(value)}, true)`;
}

/** The search path that Kalends' statements run with: its own schema, and temporary tables last. */
export function searchPath(schema: string): string {
  return `"${schema}", pg_temp`;
}

/**
 * What each transaction begins with, all of it undone at its end: where names are looked for, whose rows may be seen, how long to wait.
 * Without an organization the setting is the empty text, which the policies take for nobody.
 */
export function settingsStatement(schema: string, session: SqlSession, limits: SessionLimits): string {
  const settings = [
    setLocal("search_path", searchPath(schema)),
    setLocal("kalends.organization", session.organization ?? ""),
    setLocal("kalends.reach", session.reach ?? ""),
    setLocal("bytea_output", "hex"),
    setLocal("lock_timeout", String(limits.lockTimeoutMs)),
    setLocal("statement_timeout", String(limits.statementTimeoutMs)),
  ];
  return `select ${settings.join(", ")}`;
}

/** The lock of an organization: shared by writers that may run beside each other, and alone for the others. It ends with the transaction. */
export function organizationLock(schema: string, organization: string, together: boolean): string {
  const key = `pg_catalog.hashtextextended(${safeLiteral(`kalends organization ${schema} ${organization}`)}, 0)`;
  return `select pg_catalog.pg_advisory_xact_lock${together ? "_shared" : ""}(${key})`;
}

/** What the host has set in its transaction. */
export interface HostSettings {
  /** Number of the transaction. */
  transaction: string;
  isolation: string;
  /** Value by name, of everything that `settingsStatement` sets. */
  values: Readonly<Record<string, string>>;
}

const settingNames = ["search_path", "kalends.organization", "kalends.reach", "bytea_output", "lock_timeout", "statement_timeout"] as const;

/** As one text, so that every client library reads it alike; qualified, because the search path is still the host's. */
const hostQuery = `select pg_catalog.json_build_object(
  'transaction', pg_catalog.pg_current_xact_id()::pg_catalog.text,
  'isolation', pg_catalog.current_setting('transaction_isolation'),
  'values', pg_catalog.json_build_object(${settingNames.map((name) => `'${name}', coalesce(pg_catalog.current_setting('${name}', true), '')`).join(", ")})
)::pg_catalog.text as host_settings`;

export async function hostSettings(link: PostgresLink): Promise<HostSettings> {
  const { rows } = await link.execute(hostQuery, []);
  return JSON.parse(String(rows[0]?.["host_settings"])) as HostSettings;
}

/** Puts the host's settings back until its transaction ends; then PostgreSQL does. */
export function restoreStatement({ values }: HostSettings): string {
  return `select ${settingNames.map((name) => setLocal(name, values[name] ?? "")).join(", ")}`;
}

import { KalendsError } from "@kalends/model";
import type { PostgresLink } from "./postgres-link.ts";
import { organizationPolicy } from "./protect-tables.ts";

const remedy =
  "Log in as a runtime role made by the script that `kalends migrate --print-roles` prints. For development only: allowUnsafeRole.";

/** Throws `store-role-unsafe` where the role that is logged in sees past row-level security: a superuser, or one with BYPASSRLS. */
export async function checkRole(link: PostgresLink): Promise<void> {
  const { rows } = await link.execute(
    "select current_user::text as role, (rolsuper)::int4 as super, (rolbypassrls)::int4 as bypass from pg_catalog.pg_roles where rolname = current_user", []);
  const row = rows[0];
  if (row === undefined || (row["super"] === 0 && row["bypass"] === 0)) return;
  const why = row["super"] === 1 ? "is a superuser" : "has BYPASSRLS";
  throw new KalendsError("store-role-unsafe", `The database role ${String(row["role"])} ${why}, so nothing but the program's own care would keep organizations apart`, { remedy });
}

/**
 * Throws `store-role-unsafe` where a table of organizations is not behind row-level security for the role that is logged in: not enabled,
 * without its policy, or owned by the role and not forced.
 */
export async function checkTables(link: PostgresLink): Promise<void> {
  const { rows } = await link.execute(
    `select c.relname::text as name from pg_catalog.pg_class c
    where c.relnamespace = pg_catalog.to_regnamespace(pg_catalog.quote_ident(pg_catalog.current_schema())) and c.relkind in ('r', 'p')
      and (c.relname = 'organization' or exists (select from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attname = 'organization' and not a.attisdropped))
      and not (c.relrowsecurity and (c.relforcerowsecurity or not pg_catalog.pg_has_role(c.relowner, 'USAGE'))
        and exists (select from pg_catalog.pg_policy p where p.polrelid = c.oid and p.polname = '${organizationPolicy}'))
    order by 1`, []);
  if (rows.length === 0) return;
  const names = rows.slice(0, 3).map((row) => String(row["name"])).join(", ");
  throw new KalendsError("store-role-unsafe", `Row-level security does not hold for this role on ${rows.length} tables (${names}${rows.length > 3 ? ", ..." : ""})`, {
    remedy: "Put FORCE ROW LEVEL SECURITY and the policies back (the script that `kalends migrate --print` prints has them), or log in as the runtime role.",
  });
}

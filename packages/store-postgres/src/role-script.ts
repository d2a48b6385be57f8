import { checkSchemaName } from "./schema-name.ts";

export interface RoleScriptOptions {
  /** Default `kalends`. */
  schema?: string;
  /** Owns the tables and runs migrations. Default `kalends_owner`. */
  owner?: string;
  /** What the application logs in as. Default `kalends_app`. */
  runtime?: string;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/**
 * A psql script that makes the two roles with the least rights that do: the owner has the schema and nothing else, the runtime role reads and
 * writes rows. Neither is a superuser, neither sees past row-level security. It may run again at any time.
 */
export function roleScript({ schema: name = "kalends", owner = "kalends_owner", runtime = "kalends_app" }: RoleScriptOptions = {}): string {
  const schema = checkSchemaName(name);
  const makeRole = (role: string): string =>
    `do $role$ begin
  if not exists (select from pg_catalog.pg_roles where rolname = ${text(role)}) then create role ${quoted(role)}; end if;
end $role$;
alter role ${quoted(role)} with login nosuperuser nocreatedb nocreaterole noreplication nobypassrls;`;
  return `-- Roles for Kalends in the schema ${schema}. Run it once as a superuser (or as a role with CREATEROLE that owns the database), in the
-- application's database, before the first \`kalends migrate\`. Then give both roles a password: \\password ${owner}

-- Owns the tables. Only \`kalends migrate\` logs in as this role.
${makeRole(owner)}

-- What the application logs in as: rows only, no DDL.
${makeRole(runtime)}

-- \`authorization\` wants the membership for a moment where this is not run by a superuser.
do $schema$ begin
  if to_regnamespace(${text(schema)}) is null then create schema "${schema}"; end if;
end $schema$;
grant ${quoted(owner)} to current_user;
alter schema "${schema}" owner to ${quoted(owner)};
revoke all on schema "${schema}" from public;
grant usage on schema "${schema}" to ${quoted(runtime)};

-- What the owner makes from now on.
alter default privileges for role ${quoted(owner)} in schema "${schema}" grant select, insert, update, delete on tables to ${quoted(runtime)};
alter default privileges for role ${quoted(owner)} in schema "${schema}" grant execute on functions to ${quoted(runtime)};
-- What is there already, if this runs after a migration.
grant select, insert, update, delete on all tables in schema "${schema}" to ${quoted(runtime)};
grant execute on all functions in schema "${schema}" to ${quoted(runtime)};
do $readonly$ begin
  if to_regclass(${text(`"${schema}".migration`)}) is not null then
    revoke insert, update, delete on "${schema}".migration from ${quoted(runtime)};
    revoke update, delete on "${schema}".audit_record, "${schema}".alert_record from ${quoted(runtime)};
  end if;
end $readonly$;
revoke ${quoted(owner)} from current_user;
`;
}

/** The policy that lets a session see the rows of the organization that it named, and of nobody where it named none. */
export const organizationPolicy = "kalends_organization";

/**
 * Row-level security for every table with a column `organization` (and for `organization` itself), partitions included. It looks at the
 * tables that are there, so a new one needs to be named nowhere. `force`: also for the owner of the tables.
 *
 * Beyond one organization there are two more policies. `kalends_owner` is for the tables' owner alone: migrations that move data, and the
 * functions of across-functions.ts, which run as the owner. `kalends_jobs` lets a worker read the rows of `job` (ids and times) of all
 * organizations when it says so, and write none.
 */
export function protectTables(): string {
  return `do $protect$
declare
  t record;
  whose text;
  grantee text;
begin
  for t in
    select c.oid, format('%I.%I', n.nspname, c.relname) as name, c.relname, c.relrowsecurity and c.relforcerowsecurity as forced, c.relowner, c.relacl
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = current_schema() and c.relkind in ('r', 'p')
  loop
    if t.relname = 'organization' then
      whose := 'id';
    elsif exists (select from pg_catalog.pg_attribute a where a.attrelid = t.oid and a.attname = 'organization' and not a.attisdropped) then
      whose := 'organization';
    else
      whose := null;
    end if;
    if whose is not null then
      if not t.forced then
        execute format('alter table %s enable row level security', t.name);
        execute format('alter table %s force row level security', t.name);
      end if;
      if not exists (select from pg_catalog.pg_policy p where p.polrelid = t.oid and p.polname = '${organizationPolicy}') then
        execute format('create policy ${organizationPolicy} on %s using (%I = (select nullif(current_setting(''kalends.organization'', true), '''')))', t.name, whose);
      end if;
      if not exists (select from pg_catalog.pg_policy p where p.polrelid = t.oid and p.polname = 'kalends_owner') then
        execute format('create policy kalends_owner on %s to %s using ((select current_setting(''kalends.reach'', true)) = ''all'')', t.name, t.relowner::regrole);
      end if;
    end if;
    if t.relname = 'job' and not exists (select from pg_catalog.pg_policy p where p.polrelid = t.oid and p.polname = 'kalends_jobs') then
      execute format('create policy kalends_jobs on %s for select using ((select current_setting(''kalends.reach'', true)) = ''jobs'')', t.name);
    end if;
    -- Nobody but the owner writes what was migrated, or changes what is append-only (triggers refuse that besides).
    for grantee in select distinct a.grantee::regrole::text from aclexplode(t.relacl) a where a.grantee not in (0, t.relowner) loop
      if t.relname = 'migration' then
        execute format('revoke insert, update, delete, truncate on %s from %s', t.name, grantee);
      elsif exists (select from pg_catalog.pg_trigger g join pg_catalog.pg_proc f on f.oid = g.tgfoid where g.tgrelid = t.oid and f.proname = 'refuse_change') then
        execute format('revoke update, delete, truncate on %s from %s', t.name, grantee);
      end if;
    end loop;
  end loop;
end
$protect$`;
}

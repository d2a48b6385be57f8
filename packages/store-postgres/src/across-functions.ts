/** A function that runs as the owner of the tables and sees all organizations for as long as it runs. */
function definer(schema: string, signature: string, returns: string, body: string): string[] {
  const name = signature.slice(0, signature.indexOf("("));
  return [
    `create or replace function ${signature} returns ${returns} language plpgsql security definer set search_path = "${schema}", pg_temp as $function$
#variable_conflict use_column
declare
  reach_before text := coalesce(current_setting('kalends.reach', true), '');
begin
  perform set_config('kalends.reach', 'all', true);
  ${body};
  perform set_config('kalends.reach', reach_before, true);
end
$function$`,
    `revoke all on function ${name} from public`,
  ];
}

/**
 * What is done across organizations, besides reading jobs (which has a policy of its own): list organizations, tell and release holders of
 * leases. Each is a function, so the runtime role can do these three things and nothing else beyond one organization. A change here needs a
 * schema step, also an empty one: only then are the functions replaced.
 */
export function acrossFunctions(schema: string): string[] {
  return [
    ...definer(schema, "list_organizations()", "table (id text, name text, created_at bigint)",
      "return query select id, name, created_at from organization order by id"),
    ...definer(schema, "live_holders(as_of bigint)", "table (holder text)",
      `return query select holder from sync_state where holder is not null and lease_until > as_of
      union select holder from job where holder is not null and lease_until > as_of
      union select holder from credential_renewal where holder is not null and lease_until > as_of order by 1`),
    ...definer(schema, "release_holder(worker text)", "void",
      `update sync_state set holder = null, lease_until = 0 where holder = worker;
  update job set holder = null, lease_until = null, lost_runs = lost_runs + 1 where holder = worker;
  update credential_renewal set holder = null, lease_until = 0 where holder = worker`),
  ];
}

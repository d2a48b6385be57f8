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

const claimBody = `return query
    with due as (
      select organization, kind, subject from job
      where run_at <= as_of and (lease_until is null or lease_until <= as_of)
      order by run_at, organization, kind, subject
      limit at_most
      for no key update skip locked
    ), claimed as (
      update job set token = nextval('job_token'), holder = worker, lease_until = as_of + lease,
        again_at = case when job.again_at <= as_of then null else job.again_at end
      from due where job.organization = due.organization and job.kind = due.kind and job.subject = due.subject
      returning job.organization, job.kind, job.subject, job.run_at, job.attempts, job.token
    )
    select organization, kind, subject, run_at, attempts, token from claimed order by run_at, organization, kind, subject`;

/**
 * All that is done across organizations: list them, claim jobs, tell and release holders of leases. Each is a function of its own, so the
 * runtime role can do these five things and nothing else beyond one organization. A change here needs a schema step, also an empty one:
 * only then are the functions replaced.
 */
export function acrossFunctions(schema: string): string[] {
  return [
    // Numbers that never come back, so that a job put anew is never taken for an older one.
    "create sequence if not exists job_token",
    ...definer(schema, "list_organizations()", "table (id text, name text, created_at bigint)",
      "return query select id, name, created_at from organization order by id"),
    ...definer(schema, "claim_due_jobs(as_of bigint, at_most bigint, lease bigint, worker text)",
      "table (organization text, kind text, subject text, run_at bigint, attempts bigint, token bigint)", claimBody),
    ...definer(schema, "next_due_job()", "table (due bigint)",
      `return query select min(due) from (
      (select run_at as due from job where lease_until is null order by run_at limit 1)
      union all
      select greatest(run_at, lease_until) from job where lease_until is not null) as either (due)`),
    ...definer(schema, "live_holders(as_of bigint)", "table (holder text)",
      `return query select holder from sync_state where holder is not null and lease_until > as_of
      union select holder from job where holder is not null and lease_until > as_of order by 1`),
    ...definer(schema, "release_holder(worker text)", "void",
      `update sync_state set holder = null, lease_until = 0 where holder = worker;
  update job set holder = null, lease_until = null, again_at = null where holder = worker`),
  ];
}

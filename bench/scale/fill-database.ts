import { queryPostgres } from "@kalends/testing";

export const dayMs = 86_400_000;
export const spansPerCalendar = 60;
export const objectsPerCalendar = 20;

/**
 * Accounts `from` to `to`, each with one synced calendar: objects of a usual size, busy spans over the stored window, one waiting job. Written
 * by plain SQL past the store: what is measured is what reading and writing cost once it is there.
 */
export async function fillDatabase(admin: string, from: number, to: number, now: number): Promise<void> {
  const ids = `generate_series(${from}, ${to}) as n`;
  const spans = `generate_series(0, ${spansPerCalendar - 1}) as s`;
  const objects = `generate_series(1, ${objectsPerCalendar}) as o`;
  const first = now - 42 * dayMs;
  // Four working days apart on average, at another hour for each calendar.
  const start = `${first} + s::bigint * ${Math.floor((243 * dayMs) / spansPerCalendar)} + (n % 24) * 3600000`;
  for (const statement of [
    `insert into account (organization, id, time_zone, created_at) select 'default', 'account-' || n, 'Europe/Berlin', 0 from ${ids}`,
    `insert into connection (organization, id, account_id, provider, state, remote_identity, label, endpoint, created_at)
      select 'default', 'connection-' || n, 'account-' || n, 'caldav', 'connected', n::text, '', '{}', 0 from ${ids}`,
    `insert into calendar (organization, id, connection_id, account_id, remote_key, name, read_only, hints, created_at)
      select 'default', 'calendar-' || n, 'connection-' || n, 'account-' || n, '/', '', 0, '{}', 0 from ${ids}`,
    `insert into sync_state (organization, calendar_id, token, lease_until, pass, spans_behind, failures, last_success, window_from, window_to,
        longest_span, longest_span_token)
      select 'default', 'calendar-' || n, 0, 0, 1, 0, 0, ${now}, ${first}, ${now + 201 * dayMs}, 3600000, 0 from ${ids}`,
    `insert into job (organization, kind, subject, run_at, attempts, token) select 'default', 'sync-calendar', 'calendar-' || n, ${now + dayMs} + n, 0, 0 from ${ids}`,
    `insert into busy_span (organization, calendar_id, to_ms, from_ms, kind) select 'default', 'calendar-' || n, ${start} + 3600000, ${start}, 'busy' from ${ids}, ${spans}`,
    `insert into calendar_object (organization, calendar_id, remote_key, uid, revision, digest, first_ms, last_ms, outside, pass, timing, title, content)
      select 'default', 'calendar-' || n, o || '.ics', o || '@example.test', 'rev-1', repeat('d', 64), ${now} + o::bigint * ${dayMs}, ${now} + o::bigint * ${dayMs} + 3600000, 0, 1,
        '{"events":[{"at":"' || repeat('t', 350) || '"}]}', decode(repeat('ab', 90), 'hex'), decode(repeat('cd', 250), 'hex') from ${ids}, ${objects}`,
  ]) {
    await queryPostgres(admin, `set search_path to kalends; ${statement}`);
  }
  await queryPostgres(admin, "vacuum analyze");
}

/** Bytes of all tables and indexes. */
export async function storedBytes(admin: string): Promise<number> {
  const [row] = await queryPostgres(admin, `select sum(pg_total_relation_size(oid))::float8 as bytes from pg_class
    where relnamespace = 'kalends'::regnamespace and relkind = 'r'`);
  return Number(row?.["bytes"]);
}

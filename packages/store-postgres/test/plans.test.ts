import { expect, test } from "vitest";
import type { Store } from "@kalends/model";
import { openPostgresStore, type PgPool, type PgQuery } from "../src/index.ts";
import { aroundQueries } from "./around-queries.ts";
import { makeSchema, withSuiteDatabase } from "./suite-database.ts";

/** A hundred are planned like these, and take minutes to make on a busy machine. */
const partitions = 8;

/** A node of `explain (format json)`. */
interface PlanNode {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  "Index Cond"?: string;
  "Recheck Cond"?: string;
  Plans?: PlanNode[];
}

function* nodesOf(node: PlanNode): Generator<PlanNode> {
  yield node;
  for (const inner of node.Plans ?? []) yield* nodesOf(inner);
}

/** A pool that keeps every query that goes through it, with its values. */
function recordingPool(pool: PgPool, seen: PgQuery[]): PgPool {
  return aroundQueries(pool, (query, send) => {
    seen.push(query);
    return send();
  });
}

const object = (key: string) => ({
  remoteKey: key, uid: key, revision: "1", digest: key, first: 10, last: 20, timing: "{}", outside: false, private: false, title: null, content: null,
  description: null, warnings: null,
});

/** What every worker and every question does again and again. */
async function usualWork(store: Store): Promise<void> {
  const org = store.organization("org-a");
  const { directory, sync, reader, feed, jobs } = org;
  await directory.addAccount({ organizationId: "org-a", id: "account", externalId: null, displayName: null, timeZone: "UTC", createdAt: 1 });
  await directory.addConnection({
    organizationId: "org-a", id: "connection", accountId: "account", provider: "caldav", state: "connected", remoteIdentity: "x", label: "x", endpoint: {},
    createdAt: 1, listedAt: null, pausedUntil: null, errorCode: null, grantedScopes: null,
  });
  const remote = { remoteKey: "/", name: "x", color: null, timeZone: null, readOnly: false, hints: {} };
  const nothing = { changed: [], touched: [], removed: [], changes: [], jobs: [] };
  await directory.applyCalendarList({ connectionId: "connection", added: [{ id: "calendar", remote }], ...nothing, now: 1 });
  const claim = await sync.claim("calendar", "worker", 1, 1_000);
  const token = claim?.token ?? 0;
  await directory.findSurroundings("calendar");
  const pass = await sync.beginPass("calendar", token, { forgetCursor: false });
  const window = { from: 0, to: 1_000 };
  await sync.revisionsOf("calendar", ["a", "b"], window);
  await sync.marksOf("calendar", ["a", "b"]);
  await sync.countObjects("calendar", pass);
  await sync.unseen("calendar", pass, null, 10);
  await sync.timings("calendar", window, { remoteKey: "a", uid: "a" }, 10);
  const change = { kind: "object-created" as const, accountId: "account", connectionId: "connection", calendarId: "calendar", uid: "a", remoteKey: "a" };
  await sync.applyBatch({
    calendarId: "calendar", token, pass, puts: [object("a"), object("b")], removes: [{ remoteKey: "c", uid: "c" }], seen: [{ remoteKey: "d", revision: "1" }],
    quarantined: [{ remoteKey: "e", revision: "1", code: "ical-invalid", reason: "x" }], changes: [change], busySpans: [{ kind: "busy", from: 10, to: 20 }],
    jobs: [{ kind: "sync-calendar", subject: "calendar", runAt: 5 }], completed: { pass: "delta", cursor: "c", storedWindow: window, hints: null },
    refusedRemovals: null, audit: "x", now: 2,
  });
  await sync.release("calendar", token, { ok: true, errorCode: null, nextTry: 5 }, 2);
  await reader.availability(["account"], ["calendar"], window);
  await reader.busySpans(["calendar"], window);
  await reader.objects("calendar", window, { remoteKey: "a", uid: "a" }, 10);
  await feed.read(0, 10);
  await jobs.enqueue({ kind: "sync-calendar", subject: "calendar", runAt: 5 });
}

withSuiteDatabase((database) => {
  test(`in ${partitions} partitions the usual work reads one partition of each table, by an index that begins with the organization`, async () => {
    const { pools } = database();
    const schema = await makeSchema(database());
    const owners = await openPostgresStore({ pool: pools.owner as unknown as PgPool, schema, partitions });
    await owners.migrations.run();
    const seen: PgQuery[] = [];
    const store = await openPostgresStore({ pool: recordingPool(pools.plain as unknown as PgPool, seen), schema, partitions });
    await store.addOrganization({ id: "org-a", name: "A", createdAt: 1 });
    await usualWork(store);
    const ours = seen.filter(({ text }) => /^(select|insert|update|delete|with) /i.test(text) && /(from|into|update) "/.test(text));
    const texts = new Map(ours.map((query) => [query.text, query]));
    expect(texts.size).toBeGreaterThan(40);
    const client = await pools.plain.connect();
    const wrong: string[] = [];
    try {
      // Empty tables are read whole with good reason; here it counts what could be used.
      await client.query(`begin; set local search_path to ${schema}, pg_temp; set local kalends.organization = 'org-a'; set local enable_seqscan = off`);
      for (const { text, values = [] } of texts.values()) {
        const { rows } = await client.query<{ "QUERY PLAN": { Plan: PlanNode }[] }>({ text: `explain (format json) ${text}`, values });
        const read = new Map<string, Set<string>>();
        for (const node of nodesOf(rows[0]?.["QUERY PLAN"][0]?.Plan as PlanNode)) {
          const relation = node["Relation Name"];
          const [, table = "", part] = /^(.*)_p(\d+)$/.exec(relation ?? "") ?? [];
          if (relation === undefined || part === undefined || !/Scan/.test(node["Node Type"])) continue;
          read.set(table, (read.get(table) ?? new Set()).add(part));
          const condition = node["Index Cond"] ?? node["Recheck Cond"] ?? "";
          if (!/\(?organization = /.test(condition)) wrong.push(`${node["Node Type"]} of ${relation} (${condition}): ${text}`);
        }
        for (const [table, parts] of read) if (parts.size > 1) wrong.push(`${parts.size} partitions of ${table}: ${text}`);
      }
    } finally {
      await client.query("rollback");
      client.release();
    }
    expect(wrong).toEqual([]);
    await store.close();
    await owners.close();
  });
});

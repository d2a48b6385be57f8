import pg from "pg";
import { times } from "../measure/goal.ts";
import { median } from "../measure/median.ts";
import { textTable } from "../measure/text-table.ts";
import { copyIn } from "./copy-in.ts";
import { cpuOfTree, parentOf } from "./cpu-of-tree.ts";

type Value = string | number | Uint8Array | null;

/** The columns of a stored object in the order of the store's statement, with PostgreSQL's types. */
const columns: readonly [string, string][] = [
  ["organization", "text"], ["calendar_id", "text"], ["remote_key", "text"], ["uid", "text"], ["revision", "text"], ["digest", "text"], ["first_ms", "bigint"],
  ["last_ms", "bigint"], ["outside", "bigint"], ["pass", "bigint"], ["warnings", "text"], ["timing", "text"], ["private", "bigint"], ["title", "bytea"],
  ["content", "bytea"], ["description", "bytea"],
];
const names = columns.map(([name]) => name).join(", ");
const taken = columns.slice(4).map(([name]) => `${name} = excluded.${name}`).join(", ");
const conflict = `on conflict (organization, calendar_id, remote_key, uid) do update set ${taken}`;
const sets = columns.map(([, type], index) => `$${index + 1}::${type}[]`).join(", ");
const unnest = `insert into calendar_object (${names}) select * from unnest(${sets}) ${conflict}`;
const staging = `create temporary table if not exists staged (${columns.map(([name, type]) => `${name} ${type}`).join(", ")}) on commit delete rows`;

/** Objects of a usual size: what the store writes for a page of a calendar. */
function page(calendar: number, size: number, revision: number): Value[][] {
  return Array.from({ length: size }, (_, index): Value[] => [
    "default", `calendar-${calendar}`, `${index}.ics`, `${index}@example.test`, `rev-${revision}`, "d".repeat(64), 1_795_766_400_000 + index * 3_600_000,
    1_795_766_400_000 + index * 3_600_000 + 1_800_000, 0, revision, null, `{"events":[{"at":"${"t".repeat(350)}"}]}`, 0, new Uint8Array(90).fill(7),
    new Uint8Array(250).fill(9), null,
  ]);
}

const hex = (value: Uint8Array): string => Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex");

/** One array per column in PostgreSQL's text form, as the store's driver writes it. */
function arrays(rows: readonly Value[][]): string[] {
  const element = (value: Value): string => {
    if (value === null) return "NULL";
    if (typeof value === "string") return `"${value.replace(/["\\]/g, "\\$&")}"`;
    return typeof value === "number" ? String(value) : `"\\\\x${hex(value)}"`;
  };
  return columns.map((_, column) => `{${rows.map((row) => element(row[column] ?? null)).join(",")}}`);
}

/** The text form of COPY. */
function copyText(rows: readonly Value[][]): Buffer {
  const escapes: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };
  const field = (value: Value): string => {
    if (value === null) return "\\N";
    if (typeof value === "string") return /[\\\t\n\r]/.test(value) ? value.replace(/[\\\t\n\r]/g, (found) => escapes[found] ?? "") : value;
    return typeof value === "number" ? String(value) : `\\\\x${hex(value)}`;
  };
  return Buffer.from(rows.map((row) => `${row.map(field).join("\t")}\n`).join(""));
}

interface Spent {
  wall: number;
  client: number;
  server: number;
}

/**
 * The bulk write of a page behind row-level security with the upsert and all indexes: `unnest` as the store does it, and COPY into a temporary table with an
 * `insert ... select` from it, which is what COPY comes down to there (it does not write behind row-level security itself).
 */
export async function runBulkBench(admin: string, app: string, rounds: number): Promise<void> {
  const client = new pg.Client({ connectionString: app }).on("error", () => undefined);
  await client.connect();
  const postmaster = parentOf(Number((await client.query<{ pid: number }>("select pg_backend_pid() as pid")).rows[0]?.pid));
  const ways: Record<string, (rows: readonly Value[][]) => Promise<unknown>> = {
    "unnest": (rows) => client.query({ name: "unnest", text: unnest, values: arrays(rows) }),
    "COPY and insert": async (rows) => {
      await client.query(staging);
      await copyIn(client, `copy staged (${names}) from stdin`, copyText(rows));
      await client.query({ name: "staged", text: `insert into calendar_object (${names}) select ${names} from staged ${conflict}`, values: [] });
    },
  };
  const begin = "begin; select set_config('search_path', 'kalends, pg_temp', true), set_config('kalends.organization', 'default', true)";
  const table: string[][] = [];
  let calendar = 0;
  for (const size of [10, 100, 1_000]) {
    const found = new Map<string, Spent[]>();
    const pages = Math.max(4, Math.floor(4_000 / size));
    for (let round = -1; round < rounds; round += 1) {
      for (const [way, write] of round % 2 === 0 ? Object.entries(ways) : Object.entries(ways).reverse()) {
        // Its own calendars in each turn, so that the first writing always inserts.
        calendar += 1;
        await seedCalendar(admin, calendar);
        for (const kind of ["inserted", "written over"]) {
          const before = { wall: performance.now(), client: process.cpuUsage(), server: cpuOfTree(postmaster) };
          for (let at = 0; at < pages; at += 1) {
            const rows = page(calendar, size, kind === "inserted" ? 1 : 2).map((row) => row.with(2, `${at}-${String(row[2])}`));
            await client.query(begin);
            await write(rows);
            await client.query("commit");
          }
          const used = process.cpuUsage(before.client);
          const all = pages * size;
          const spent = {
            wall: (performance.now() - before.wall) / all,
            client: (used.user + used.system) / all,
            server: ((cpuOfTree(postmaster) - before.server) * 1e6) / all,
          };
          if (round >= 0) found.set(`${kind}\t${way}`, [...(found.get(`${kind}\t${way}`) ?? []), spent]);
        }
      }
    }
    for (const [name, all] of found) {
      const [kind = "", way = ""] = name.split("\t");
      const of = (value: (spent: Spent) => number): number => median(all.map(value));
      const other = median((found.get(`${kind}\tunnest`) ?? []).map(({ wall }) => wall));
      const ratio = way === "unnest" ? "" : times(other / of(({ wall }) => wall));
      const [client, server] = [of((spent) => spent.client), of((spent) => spent.server)];
      table.push([String(size), kind, way, (1_000 / of(({ wall }) => wall)).toFixed(0), ratio, client.toFixed(0), server.toFixed(0)]);
    }
  }
  await client.end();
  console.log(`\n${textTable(["rows a batch", "rows are", "way", "rows/s", "against unnest", "client CPU us/row", "server CPU us/row"], table)}`);
}

async function seedCalendar(admin: string, calendar: number): Promise<void> {
  const client = new pg.Client({ connectionString: admin }).on("error", () => undefined);
  await client.connect();
  await client.query(`set search_path to kalends;
    insert into organization (id, name, created_at) values ('default', 'default', 0) on conflict do nothing;
    insert into account (organization, id, time_zone, created_at) values ('default', 'account', 'UTC', 0) on conflict do nothing;
    insert into connection (organization, id, account_id, provider, state, remote_identity, label, endpoint, created_at)
      values ('default', 'connection', 'account', 'caldav', 'connected', 'x', '', '{}', 0) on conflict do nothing;
    insert into calendar (organization, id, connection_id, account_id, remote_key, name, read_only, hints, created_at)
      values ('default', 'calendar-${calendar}', 'connection', 'account', '/${calendar}', '', 0, '{}', 0);
    delete from calendar_object where calendar_id <> 'calendar-${calendar}'`);
  await client.end();
}

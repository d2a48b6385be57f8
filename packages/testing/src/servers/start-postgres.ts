import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chownSync, readFileSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { findPostgresPrograms, type PostgresPrograms } from "./postgres-programs.ts";
import { queryPostgres } from "./query-postgres.ts";
import type { SkipContext } from "./start-server.ts";

export interface PostgresOptions {
  /** A server that nobody else uses, so that it may be crashed: KALENDS_POSTGRES_URL is not looked at. */
  own?: boolean;
  /** Only Debian's server, or only the one from npm. Default: the first that there is. */
  programs?: "machine" | "embedded";
  /** More settings of the server, such as `{ max_connections: "300" }`. */
  settings?: Readonly<Record<string, string>>;
}

/** A real PostgreSQL on the loopback interface. Whoever can connect may log in as any role without a password. */
export interface RunningPostgres {
  source: "environment" | "machine" | "embedded";
  /** Such as `15.14`. */
  version: string;
  /** Connection string of a superuser to the maintenance database. */
  url: string;
  /** Makes an empty database and returns the superuser's connection string to it. It goes with the server, or at `stop`. */
  createDatabase(): Promise<string>;
  /** Ends the server as a power cut of its machine would: nobody is told, nothing is written any more. Only with `own`. */
  crash(): Promise<void>;
  /** Starts the server again on the same port, after a crash. Only with `own`. */
  restart(): Promise<void>;
  /** Ends the server and removes its data. May be called twice. */
  stop(): Promise<void>;
}

/** Why no PostgreSQL can run here, in one sentence; `null` where one can. */
export function missingPostgres(options: PostgresOptions = {}): string | null {
  if (options.own !== true && environmentUrl() !== null) return null;
  if (process.platform === "win32") return "set KALENDS_POSTGRES_URL: no server is started on Windows";
  return findPostgresPrograms(options.programs) === null ? "neither /usr/lib/postgresql nor the embedded package for this machine is installed" : null;
}

/**
 * Starts a fresh PostgreSQL, or uses the one that KALENDS_POSTGRES_URL names (a superuser's connection string). Where there is none, the
 * test is skipped with the reason, or fails if KALENDS_REQUIRE_SERVERS=1. Needs the package `pg`.
 */
export async function startPostgres(context: SkipContext, options: PostgresOptions = {}): Promise<RunningPostgres> {
  const missing = missingPostgres(options);
  if (missing !== null) {
    if (process.env["KALENDS_REQUIRE_SERVERS"] !== "1") context.skip(`postgres: ${missing}`);
    throw new Error(`postgres: ${missing}`);
  }
  const url = options.own === true ? null : environmentUrl();
  if (url !== null) return foreignServer(url);
  return ownServer(findPostgresPrograms(options.programs) as PostgresPrograms, options.settings ?? {});
}

function environmentUrl(): string | null {
  return process.env["KALENDS_POSTGRES_URL"] ?? null;
}

let databases = 0;

async function createDatabase(url: string): Promise<{ name: string; url: string }> {
  const name = `kalends_test_${process.pid}_${(databases += 1)}`;
  await queryPostgres(url, `create database ${name} template template0`);
  const made = new URL(url);
  made.pathname = `/${name}`;
  return { name, url: made.href };
}

async function versionOf(url: string): Promise<string> {
  const rows = await queryPostgres(url, "select split_part(current_setting('server_version'), ' ', 1) as version");
  return String(rows[0]?.["version"]);
}

async function foreignServer(url: string): Promise<RunningPostgres> {
  const made: string[] = [];
  const notOurs = async (): Promise<never> => {
    throw new Error("The server that KALENDS_POSTGRES_URL names is not ours to crash: start one with { own: true }");
  };
  return {
    source: "environment",
    version: await versionOf(url),
    url,
    createDatabase: async () => {
      const database = await createDatabase(url);
      made.push(database.name);
      return database.url;
    },
    crash: notOurs,
    restart: notOurs,
    stop: async () => {
      for (const name of made.splice(0)) await queryPostgres(url, `drop database if exists ${name} with (force)`);
    },
  };
}

/** PostgreSQL refuses to run as root; then it runs as `postgres` where there is such a user, else as nobody in particular. */
function unprivileged(): { uid: number; gid: number } | Record<string, never> {
  if (process.getuid?.() !== 0) return {};
  const ids = ["-u", "-g"].map((flag) => Number(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout.trim() || Number.NaN));
  const [uid = 65_534, gid = 65_534] = ids.every(Number.isInteger) ? ids : [];
  return { uid, gid };
}

/**
 * The server as child of a shell that reads its own input to the end: when this process ends, in whatever way, the pipe closes and the shell
 * stops the server and removes its data (unless told to keep it). So no server outlives its test. The shell's name is the folder.
 */
const guard = '"$@" & server=$!; word=$(cat); kill -INT $server 2>/dev/null; wait $server; [ "$word" = keep ] || rm -rf "$0"';

async function ownServer(programs: PostgresPrograms, settings: Readonly<Record<string, string>>): Promise<RunningPostgres> {
  const user = unprivileged();
  const folder = await mkdtemp(join(tmpdir(), "kal-pg-"));
  await chmod(folder, 0o755);
  const data = join(folder, "data");
  const env = { ...cleanEnvironment(), ...(await programs.environment(join(folder, "lib"))), LC_ALL: "C" };
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  // A collation that is not the byte order, as most servers have one.
  const locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=icu", "--icu-locale=en"];
  const made = spawnSync(programs.initdb, ["-D", data, "-A", "trust", "-U", "postgres", "-N", ...locale], { ...user, env, encoding: "utf8", cwd: folder });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const config = { max_connections: "200", shared_buffers: "128MB", fsync: "off", full_page_writes: "off", listen_addresses: "127.0.0.1", unix_socket_directories: "", ...settings };
  const flags = Object.entries(config).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  let server: ChildProcess | null = null;
  const start = async (): Promise<void> => {
    const child = spawn("sh", ["-c", guard, folder, programs.postgres, "-D", data, "-p", String(port), ...flags], {
      ...user, env, cwd: folder, stdio: ["pipe", "ignore", "pipe"],
    });
    server = child;
    await untilReady(child, url);
  };
  const end = async (signal: "SIGINT" | "SIGQUIT"): Promise<void> => {
    const child = server;
    server = null;
    if (child === null) return;
    const ended = new Promise((resolve) => child.once("close", resolve));
    if (signal === "SIGQUIT") process.kill(Number(readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[0]), signal);
    child.stdin?.end(signal === "SIGQUIT" ? "keep" : "");
    if (child.exitCode === null) await ended;
  };
  let stopped: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopped ??= end("SIGINT").then(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
    return stopped;
  };
  try {
    await start();
    const version = await versionOf(url);
    return { source: programs.source, version, url, createDatabase: async () => (await createDatabase(url)).url, crash: () => end("SIGQUIT"), restart: start, stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

/** Settings of the surrounding shell that libpq or the test runner would read are nothing for a server. */
function cleanEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("PG") && name !== "NODE_OPTIONS");
  return Object.fromEntries(kept) as Record<string, string>;
}

const startLimitMs = 40_000;

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  let log = "";
  child.stderr?.on("data", (text: Buffer) => (log = (log + text.toString("utf8")).slice(-4_000)));
  const until = Date.now() + startLimitMs;
  for (;;) {
    try {
      await queryPostgres(url, "select 1");
      return;
    } catch (thrown) {
      if (child.exitCode !== null || Date.now() > until) throw new Error(`PostgreSQL did not start: ${log}`, { cause: thrown });
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

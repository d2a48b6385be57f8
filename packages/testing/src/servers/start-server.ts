import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePort } from "./free-port.ts";

/** A real CalDAV server that the shared scripts know how to run. `caldav-adapter` is the wire layer of Forward Email, from npm. */
export type ServerKind = "radicale" | "xandikos" | "davical" | "sabredav" | "caldav-adapter";

/** A running server on the loopback interface. */
export interface RunningServer {
  kind: ServerKind;
  /** Where discovery starts, with its last slash. */
  baseUrl: string;
  /** Scheme, host and port. */
  origin: string;
  /** Path of a user's calendar home, with its last slash. */
  home(user: string): string;
  /** The first of two users; the other one is `bob` with `bobpw`. */
  username: string;
  password: string;
  /** Where it keeps its data. */
  folder: string;
  /** Ends the server and removes its data. May be called twice. */
  stop(): Promise<void>;
}

/** What a test's context offers: `context.skip("reason")`. */
export interface SkipContext {
  skip(reason: string): void;
}

interface ServerFacts {
  script: string;
  /** Something that the server's package brings. */
  needs: string;
  base: string;
  home: (user: string) => string;
}

/** Folder of this package, whose node_modules hold caldav-adapter and koa. */
const packageFolder = fileURLToPath(new URL("../..", import.meta.url));

const facts: Readonly<Record<ServerKind, ServerFacts>> = {
  radicale: { script: "radicale.sh", needs: "/usr/bin/radicale", base: "/", home: (user) => `/${user}/` },
  xandikos: { script: "xandikos.sh", needs: "/usr/bin/xandikos", base: "/", home: (user) => `/${user}/calendars/` },
  davical: { script: "davical.sh", needs: "/usr/share/davical", base: "/caldav.php/", home: (user) => `/caldav.php/${user}/` },
  sabredav: { script: "sabredav.sh", needs: "/usr/share/php/Sabre/autoload.php", base: "/", home: (user) => `/calendars/${user}/` },
  "caldav-adapter": {
    script: "forwardemail.sh",
    needs: join(packageFolder, "node_modules", "caldav-adapter"),
    base: "/dav/",
    home: (user) => `/dav/cal/${user}/`,
  },
};

/** Why that server cannot run here, in one sentence; `null` where it can. */
export function missingServer(kind: ServerKind): string | null {
  const { script, needs } = facts[kind];
  const path = scriptPath(script);
  if (!existsSync(path)) return `the folder of server scripts is not here (looked for ${script}; KALENDS_SHARED names the folder)`;
  return existsSync(needs) ? null : `the package of ${kind} is not installed`;
}

/**
 * Starts a server of that kind with a fresh store on a free port. Where it cannot run, the test is skipped with the reason,
 * or fails if KALENDS_REQUIRE_SERVERS=1. `environment` goes to the script (`RADICALE_TOKEN_AGE`, `SABRE_AUTH`).
 */
export async function startServer(kind: ServerKind, context: SkipContext, environment: Readonly<Record<string, string>> = {}): Promise<RunningServer> {
  const missing = missingServer(kind);
  if (missing !== null) {
    if (process.env["KALENDS_REQUIRE_SERVERS"] !== "1") context.skip(`${kind}: ${missing}`);
    throw new Error(`${kind}: ${missing}`);
  }
  const { script, base, home } = facts[kind];
  // Short: DAViCal's database has its unix socket in here.
  const folder = await mkdtemp(join(tmpdir(), "kal-"));
  const port = await freePort();
  const env = { ...process.env, ...environment, ADAPTER_DIR: packageFolder, PATH: `${dirname(process.execPath)}${delimiter}${process.env["PATH"] ?? ""}` };
  // The test runner's own options are nothing for a server.
  Reflect.deleteProperty(env, "NODE_OPTIONS");
  const run = promisify(execFile);
  let stopped: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopped ??= (async () => {
      await run("sh", [scriptPath(script), "stop", folder], { env });
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    })();
    return stopped;
  };
  try {
    await run("sh", [scriptPath(script), "start", folder, String(port)], { env, timeout: 50_000 });
  } catch (thrown) {
    await stop().catch(() => undefined);
    throw thrown;
  }
  const origin = `http://127.0.0.1:${port}`;
  return { kind, origin, baseUrl: origin + base, home, username: "alice", password: "alicepw", folder, stop };
}

function scriptPath(script: string): string {
  const shared = process.env["KALENDS_SHARED"] ?? join(packageFolder, "..", "..", "..", "shared");
  return join(shared, "servers", script);
}

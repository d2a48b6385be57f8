import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { discoveryChecker, type DiscoveryChecker } from "@kalends/testing";
import { movableClock, seededRandom, startGoogleSandbox, type GoogleSandbox, type GoogleSandboxOptions, type MovableClock } from "../../src/index.ts";

const root = resolve(import.meta.dirname, "../../../..");

/** The official description, or `null` where the shared folder is absent. */
export function discoveryDocument(): unknown {
  const path = resolve(root, process.env["KALENDS_SHARED"] ?? "../shared", "schemas/google/calendar-v3.discovery.json");
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : null;
}

export interface Reply {
  status: number;
  headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what a test looks at is known to the test alone
  body: any;
}

/** A sandbox with a raw client: nothing of Kalends' adapter is in it. Every message is checked against the official description. */
export interface GoogleRun {
  sandbox: GoogleSandbox;
  clock: MovableClock;
  checker: DiscoveryChecker | null;
  /** Calls the API below `/calendar/v3/` as a user with all scopes, or with the token given. */
  api(method: string, path: string, options?: { body?: unknown; headers?: Record<string, string>; token?: string; user?: string }): Promise<Reply>;
  /** Posts a form to an OAuth endpoint. */
  form(url: string, fields: Record<string, string>): Promise<Reply>;
  /** Takes the problems that a test expects out of the list. */
  expectProblems(): string[];
  close(): Promise<void>;
}

export const ada = "ada@example.test";
export const bob = "bob@example.test";
const everything = ["https://www.googleapis.com/auth/calendar"];

export async function startGoogleRun(options: Partial<GoogleSandboxOptions> = {}): Promise<GoogleRun> {
  const clock = movableClock();
  const description = discoveryDocument();
  const checker = description === null ? null : discoveryChecker(description);
  const sandbox = await startGoogleSandbox({
    clock,
    random: seededRandom(7),
    users: [
      { email: ada, name: "Ada", timeZone: "Europe/Berlin" },
      { email: bob, name: "Bob", timeZone: "America/New_York" },
    ],
    onExchange: (exchange) => checker?.check(exchange),
    ...options,
  });
  const tokens = new Map<string, string>();
  const tokenOf = (user: string): string => {
    const known = tokens.get(user) ?? sandbox.user(user).grant(everything).accessToken;
    tokens.set(user, known);
    return known;
  };
  let expected = 0;
  return {
    ...{ sandbox, clock, checker },
    async api(method, path, { body, headers = {}, token, user = ada } = {}) {
      const init: RequestInit = { method, headers: { authorization: `Bearer ${token ?? tokenOf(user)}`, ...headers } };
      if (body !== undefined) {
        init.body = JSON.stringify(body);
        init.headers = { ...init.headers, "content-type": "application/json" };
      }
      return read(await fetch(`${sandbox.url}calendar/v3/${path}`, init));
    },
    form: async (url, fields) => read(await fetch(url, { method: "POST", body: new URLSearchParams(fields) })),
    expectProblems() {
      const found = checker?.problems.slice(expected) ?? [];
      expected = checker?.problems.length ?? 0;
      return found;
    },
    async close() {
      await sandbox.close();
      const left = checker?.problems.slice(expected) ?? [];
      if (left.length > 0) throw new Error(`Against the official description:\n${left.join("\n")}`);
    },
  };
}

async function read(response: Response): Promise<Reply> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? null : JSON.parse(text) };
}

/** A meeting of an hour on the Monday that the clock begins with. */
export function meeting(summary: string, hour = 10, more: Record<string, unknown> = {}): Record<string, unknown> {
  const at = (value: number): string => `2026-01-05T${String(value).padStart(2, "0")}:00:00`;
  return {
    summary,
    start: { dateTime: at(hour), timeZone: "Europe/Berlin" },
    end: { dateTime: at(hour + 1), timeZone: "Europe/Berlin" },
    ...more,
  };
}

import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startCaldavSandbox, type CaldavSandbox } from "@kalends/sandbox";
import { systemClock, Secret, type Kalends } from "kalends";
import { seededRandom } from "@kalends/testing";
import { startBearerSignIn, type BearerSignIn } from "./fixtures/bearer-sign-in.ts";
import { testKey } from "./open-kalends.ts";

const script = fileURLToPath(new URL("fixtures/worker-process.ts", import.meta.url));

/** Shorter waits than usual, so that a run of a minute shows many of them. */
export const hastySettings = {
  leaseMs: 6_000, lookEveryMs: 200, retryFirstMs: 300, retryMostMs: 3_000, confirmAfterMs: 50, concurrency: 6, closedFirstMs: 200, closedMostMs: 1_000,
};

export interface ChaosServers {
  sandbox: CaldavSandbox;
  signIn: BearerSignIn;
  allowHosts: string[];
  close(): Promise<void>;
}

/** A CalDAV server with that many users, and a sign-in service with short-lived tokens before it. */
export async function startChaosServers(accounts: number, tokenLifeMs: number): Promise<ChaosServers> {
  const users = Array.from({ length: accounts }, (_, index) => ({ name: `user${index}`, password: `pass${index}`, calendars: ["work"] }));
  const sandbox = await startCaldavSandbox({ clock: systemClock, users });
  const signIn = await startBearerSignIn(sandbox.url, tokenLifeMs);
  return {
    sandbox,
    signIn,
    allowHosts: [sandbox.allowHost, signIn.allowHost],
    close: async () => {
      await signIn.close();
      await sandbox.close();
    },
  };
}

/** Connects every user as an account of its own, each second one with tokens. Answers the calendars' ids by user. */
export async function connectAll(kalends: Kalends, { sandbox, signIn }: ChaosServers): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  const waiting = sandbox.users.map(({ name }, index) => ({ name, index }));
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { name, index } = next;
      const account = await kalends.createAccount({ externalId: name });
      const password = `pass${index}`;
      const result =
        index % 2 === 0
          ? await kalends.connectCaldav({ accountId: account.id, address: sandbox.url, username: name, password })
          : await kalends.connect({ accountId: account.id, provider: "caldav", address: signIn.url, credential: oauth(signIn.grant(name, password)) });
      ids.set(name, result.calendars[0]?.id ?? "");
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return ids;
}

function oauth({ accessToken, refreshToken }: { accessToken: string; refreshToken: string }) {
  return { kind: "oauth" as const, accessToken: new Secret(accessToken), refreshToken: new Secret(refreshToken), expiresAt: null, scopes: [] };
}

/** Workers that are started again when they end, until `stop`. */
export class WorkerFleet {
  /** Process ids that were killed, and when. */
  readonly killed = new Map<number, number>();
  readonly output: string[] = [];
  readonly #words: string[];
  readonly #workers: (ChildProcess | null)[];
  readonly #working = new Set<ChildProcess>();
  /** A worker that starts finds the sources stripped and compiled: on a busy machine it would else spend its short life with that. */
  readonly #cache = mkdtempSync(join(tmpdir(), "kalends-chaos-"));
  #stopping = false;

  constructor(count: number, words: { database: string; allowHosts: string[]; tokenUrl: string; settings: object }) {
    this.#words = [words.database, testKey, words.allowHosts.join(","), words.tokenUrl, JSON.stringify(words.settings)];
    this.#workers = Array.from({ length: count }, () => null);
    for (let place = 0; place < count; place += 1) this.#spawn(place);
  }

  /** Kills one of the workers that are at work by now; `chance` from 0 to 1 says which. Answers whether there was one. */
  kill(chance: number): boolean {
    const working = this.#workers.filter((worker) => worker !== null && this.#working.has(worker));
    const worker = working[Math.floor(chance * working.length)];
    if (worker?.pid === undefined) return false;
    this.killed.set(worker.pid, Date.now());
    this.#working.delete(worker);
    worker.kill("SIGKILL");
    return true;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(
      this.#workers.map(async (worker) => {
        if (worker === null || worker.exitCode !== null || worker.signalCode !== null) return;
        const ended = new Promise<void>((resolve) => worker.once("close", () => resolve()));
        worker.kill("SIGTERM");
        const late = setTimeout(() => worker.kill("SIGKILL"), 20_000);
        await ended;
        clearTimeout(late);
      }),
    );
    rmSync(this.#cache, { recursive: true, force: true });
  }

  #hear(child: ChildProcess, text: string): void {
    if (text.includes("working")) this.#working.add(child);
    else this.output.push(text);
  }

  #spawn(place: number): void {
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", script, ...this.#words], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NODE_COMPILE_CACHE: this.#cache },
    });
    this.#workers[place] = child;
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => this.#hear(child, chunk.toString()));
    child.once("close", () => {
      this.#working.delete(child);
      // A worker that could not start (the database was away) is tried again a little later.
      if (!this.#stopping) setTimeout(() => !this.#stopping && this.#spawn(place), 300);
    });
  }
}

/** File names and ETags by user: what the server holds. */
export type Truth = Map<string, Map<string, string>>;

/** Edits calendars at random until `until`, and writes down what came of it. Answers how many edits there were. */
export async function editUntil(sandbox: CaldavSandbox, truth: Truth, until: number, everyMs: number, seed: number): Promise<number> {
  const random = seededRandom(seed);
  const pick = (below: number): number => Math.floor(random.uniform() * below);
  let serial = 0;
  for (; Date.now() < until; serial += 1) {
    editOnce(sandbox, truth, `user${pick(sandbox.users.length)}`, `event${pick(8)}`, random.uniform() < 0.3, serial);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  return serial;
}

export interface PacedEdits {
  sandbox: CaldavSandbox;
  truth: Truth;
  seed: number;
  editsPerSync: number;
  /** How many syncs were begun so far; `null` where nobody can tell now. */
  syncs(): Promise<number | null>;
  over(): boolean;
}

/** Edits as fast as the workers sync, times so many, until it is over: once in two seconds at least. Answers how many edits there were. */
export async function editPaced({ sandbox, truth, seed, editsPerSync, syncs, over }: PacedEdits): Promise<number> {
  let edits = 0;
  let known = await syncs();
  let lookedAt = Date.now();
  let everyMs = 200;
  for (let round = 0; !over(); round += 1) {
    edits += await editUntil(sandbox, truth, Date.now() + 2_000, everyMs, seed + round);
    const begun = await syncs();
    const wanted = ((begun ?? 0) - (known ?? 0)) * editsPerSync;
    if (begun !== null && known !== null && wanted > 0) everyMs = Math.min(2_000, (Date.now() - lookedAt) / wanted);
    [known, lookedAt] = [begun, Date.now()];
  }
  return edits;
}

export function editOnce(sandbox: CaldavSandbox, truth: Truth, user: string, uid: string, remove: boolean, serial: number): void {
  const calendar = sandbox.user(user).calendar("work");
  const files = truth.get(user) ?? new Map<string, string>();
  truth.set(user, files);
  if (remove && files.has(`${uid}.ics`)) {
    calendar.remove(uid);
    files.delete(`${uid}.ics`);
  } else {
    files.set(`${uid}.ics`, calendar.put(uid, eventText(uid, serial)));
  }
}

export function eventText(uid: string, serial: number): string {
  const day = String(1 + (serial % 27)).padStart(2, "0");
  const now = new Date();
  const month = `${now.getUTCFullYear()}${String(now.getUTCMonth() + 1).padStart(2, "0")}`;
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//chaos//EN", "BEGIN:VEVENT", `UID:${uid}`, `DTSTAMP:${month}01T000000Z`,
    `DTSTART:${month}${day}T090000Z`, `DTEND:${month}${day}T100000Z`, `SUMMARY:edit ${serial}`, "END:VEVENT", "END:VCALENDAR", ""].join("\r\n");
}

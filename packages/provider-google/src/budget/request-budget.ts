import { KalendsError, type Clock, type ProjectPauses } from "@kalends/model";
import { SlidingWindow } from "./sliding-window.ts";

/** How many requests a minute may leave. Google counts in sliding windows, per project and per user of a project. */
export interface BudgetLimits {
  perUser: number;
  perProject: number;
}

/** A new Cloud project has 600 and 10,000 (quotas since 2026-05-01); a little is left for other programs of the project and for clocks apart. */
export const defaultBudget: BudgetLimits = { perUser: 540, perProject: 9_000 };

/** A minute, and what a request may be on its way: Google counts it when it arrives. */
const windowMs = 62_000;
/** A wait up to this long is waited out; a longer one is thrown, so that the worker can do something else meanwhile. */
const patienceMs = 5_000;
/** In the middle of a list a whole window is waited out: to throw there would mean to ask for all of its pages once more. */
const patienceInListMs = 70_000;
const longestBackoffMs = 64_000;
/** Refusals of that many logins within this time are the project's, whatever the reason says. */
const loginsToPauseAll = 3;
const refusalsSpanMs = 10_000;
/** What other workers were told is looked up again after so long. */
const lookEveryMs = 250;
/** No pause that a provider asks for lasts longer; what says so is a fault of a clock. */
const longestPauseMs = 24 * 60 * 60_000;

interface Waiting {
  patienceMs: number;
  start(): void;
  fail(error: KalendsError): void;
}

interface LoginState {
  window: SlidingWindow;
  waiting: Waiting[];
  pausedUntil: number;
  refusals: number;
}

/**
 * The turns of all logins of one project. Within the budgets every login gets a turn after the other, so that a noisy one waits for itself
 * alone. No request starts inside a Retry-After: a refused login pauses for itself, and when several are refused at once, all do.
 */
export class RequestBudget {
  readonly #clock: Clock;
  readonly #limits: BudgetLimits;
  readonly #project: SlidingWindow;
  readonly #logins = new Map<string, LoginState>();
  /** Logins with somebody waiting, in the order of their next turn. */
  readonly #turns = new Set<string>();
  #refused: { login: string; at: number; until: number }[] = [];
  #projectPausedUntil = 0;
  readonly #pauses: ProjectPauses | null;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | null = null;
  /** The pause of the project that the other workers were told of. */
  #toldUntil = 0;
  #cancelTimer: (() => void) | null = null;

  constructor(clock: Clock, given: Partial<BudgetLimits> = {}, pauses: ProjectPauses | null = null) {
    const limits = { ...defaultBudget, ...given };
    if (!(limits.perUser >= 1 && limits.perProject >= 1)) throw new KalendsError("invalid-argument", "A budget must be one request a minute or more");
    this.#clock = clock;
    this.#limits = limits;
    this.#pauses = pauses;
    this.#project = new SlidingWindow(limits.perProject, windowMs);
  }

  /** Waits for a turn. Throws `rate-limited` with the time left where that is long, `aborted` on the signal. */
  async enter(login: string, options: { inList?: boolean; signal?: AbortSignal | undefined } = {}): Promise<void> {
    const { signal } = options;
    const patience = options.inList === true ? patienceInListMs : patienceMs;
    if (signal?.aborted === true) throw new KalendsError("aborted", "The request was stopped before it left");
    if (this.#pauses !== null) await this.#look(this.#pauses);
    const state = this.#stateOf(login);
    const wait = this.#waitMs(state);
    if (wait > patience) throw tooLong(wait);
    await new Promise<void>((resolve, reject) => {
      const stop = (): void => {
        state.waiting.splice(state.waiting.indexOf(waiting), 1);
        reject(new KalendsError("aborted", "The request was stopped before it left"));
      };
      const done = (): void => signal?.removeEventListener("abort", stop);
      const waiting: Waiting = {
        patienceMs: patience,
        start: () => (done(), resolve()),
        fail: (error) => (done(), reject(error)),
      };
      signal?.addEventListener("abort", stop, { once: true });
      state.waiting.push(waiting);
      this.#turns.add(login);
      this.#pump();
    });
  }

  succeeded(login: string): void {
    const state = this.#logins.get(login);
    if (state !== undefined) state.refusals = 0;
  }

  /** Google asked to slow down. Returns the pause that holds for the login now, in ms. */
  refused(login: string, scope: "login" | "project", retryAfterMs: number | undefined): number {
    const now = this.#clock.now();
    const state = this.#stateOf(login);
    if (state.pausedUntil <= now) state.refusals += 1;
    const pause = Math.max(retryAfterMs ?? 0, retryAfterMs === undefined ? Math.min(1000 * 2 ** (state.refusals - 1), longestBackoffMs) : 0);
    const until = now + pause;
    state.pausedUntil = Math.max(state.pausedUntil, until);
    this.#refused = [...this.#refused.filter((entry) => entry.login !== login && entry.at > now - refusalsSpanMs), { login, at: now, until }];
    const isEverybody = scope === "project" || this.#refused.length >= loginsToPauseAll;
    const untils = scope === "project" ? [until] : this.#refused.map((entry) => entry.until);
    if (isEverybody) this.#projectPausedUntil = Math.max(this.#projectPausedUntil, ...untils);
    this.#pump();
    return this.#pauseMs(state);
  }

  /** Tells the other workers of the project's pause, where it grew. */
  async tell(): Promise<void> {
    const until = this.#projectPausedUntil;
    if (this.#pauses === null || until <= this.#toldUntil) return;
    await this.#pauses.note(until);
    this.#toldUntil = until;
  }

  /** Learns what other workers were told. Who asks meanwhile waits for the same answer. */
  async #look(pauses: ProjectPauses): Promise<void> {
    const now = this.#clock.now();
    if (now >= this.#lookedAt && now - this.#lookedAt < lookEveryMs) return;
    this.#looking ??= pauses.until().then((until) => {
      this.#lookedAt = this.#clock.now();
      if (until > this.#lookedAt + longestPauseMs) return;
      this.#toldUntil = Math.max(this.#toldUntil, until);
      this.#projectPausedUntil = Math.max(this.#projectPausedUntil, until);
    }).finally(() => (this.#looking = null));
    await this.#looking;
  }

  #stateOf(login: string): LoginState {
    let state = this.#logins.get(login);
    if (state === undefined) {
      this.#forgetIdle();
      state = { window: new SlidingWindow(this.#limits.perUser, windowMs), waiting: [], pausedUntil: 0, refusals: 0 };
      this.#logins.set(login, state);
    }
    return state;
  }

  /** Logins that nothing is remembered of any more make room; the map never grows with the number of users ever seen. */
  #forgetIdle(): void {
    if (this.#logins.size < 1000 || this.#logins.size % 100 !== 0) return;
    const now = this.#clock.now();
    for (const [login, { window, waiting, pausedUntil }] of this.#logins) {
      if (waiting.length === 0 && pausedUntil <= now && window.isEmpty(now)) this.#logins.delete(login);
    }
  }

  #pauseMs({ pausedUntil }: LoginState): number {
    return Math.max(0, Math.max(pausedUntil, this.#projectPausedUntil) - this.#clock.now());
  }

  /** How long until the login may ask, by pauses and budgets. */
  #waitMs(state: LoginState): number {
    const now = this.#clock.now();
    return Math.max(this.#pauseMs(state), state.window.waitMs(now), this.#project.waitMs(now));
  }

  #pump(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    let soonest = Number.POSITIVE_INFINITY;
    let unserved = 0;
    // One turn for each login in order; who had one goes to the end of the row.
    for (const login of this.#turns) {
      if (unserved >= this.#turns.size) break;
      const state = this.#stateOf(login);
      this.#turns.delete(login);
      if (state.waiting.length === 0) continue;
      const wait = this.#waitMs(state);
      for (const waiting of state.waiting.splice(0)) {
        if (wait > waiting.patienceMs) waiting.fail(tooLong(wait));
        else state.waiting.push(waiting);
      }
      if (state.waiting.length === 0) continue;
      this.#turns.add(login);
      if (wait > 0) {
        soonest = Math.min(soonest, wait);
        unserved += 1;
        continue;
      }
      unserved = 0;
      state.window.note(this.#clock.now());
      this.#project.note(this.#clock.now());
      state.waiting.shift()?.start();
    }
    if (Number.isFinite(soonest)) this.#cancelTimer = this.#clock.setTimer(soonest, () => this.#pump());
  }
}

function tooLong(wait: number): KalendsError {
  return new KalendsError("rate-limited", "Google asked to slow down, or the budget of this minute is used up", { retryAfterMs: wait });
}

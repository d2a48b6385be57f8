import { describe, expect, test } from "vitest";
import { fakeClock } from "@kalends/testing";
import { RequestBudget } from "../src/budget/request-budget.ts";

/** Who got a turn, and when. */
function desk(limits: { perUser: number; perProject: number }): { budget: RequestBudget; clock: ReturnType<typeof fakeClock>; turns: string[]; ask(login: string, inList?: boolean): void } {
  const clock = fakeClock(0);
  const budget = new RequestBudget(clock, limits);
  const turns: string[] = [];
  const ask = (login: string, inList = false): void => {
    budget.enter(login, { inList }).then(
      () => turns.push(`${clock.now()} ${login}`),
      (thrown: { code: string; retryAfterMs?: number }) => turns.push(`${clock.now()} ${login} ${thrown.code} ${thrown.retryAfterMs}`),
    );
  };
  return { budget, clock, turns, ask };
}

describe("the budget of a project", () => {
  test("a window slides: the next request may leave when the oldest one is a minute old and was surely counted", async () => {
    const { clock, turns, ask } = desk({ perUser: 2, perProject: 100 });
    ask("ada");
    await clock.advance(10_000);
    ask("ada");
    await clock.advance(47_000);
    ask("ada");
    ask("bob");
    await clock.advance(10_000);
    expect(turns).toEqual(["0 ada", "10000 ada", "57000 bob", "62000 ada"]);
  });

  test("a clock that is set back holds nobody for longer than a window", async () => {
    const { budget, clock, turns, ask } = desk({ perUser: 1, perProject: 100 });
    await clock.advance(3_600_000);
    ask("ada");
    await clock.advance(0);
    clock.set(0);
    await expect(budget.enter("ada")).rejects.toMatchObject({ retryAfterMs: 62_000 });
    await clock.advance(62_000);
    ask("ada");
    await clock.advance(0);
    expect(turns).toEqual(["3600000 ada", "62000 ada"]);
  });

  test("a long wait is thrown with the time left; in the middle of a list it is waited out", async () => {
    const { clock, turns, ask } = desk({ perUser: 1, perProject: 100 });
    ask("ada");
    await clock.advance(0);
    ask("ada");
    ask("ada", true);
    await clock.advance(62_000);
    expect(turns).toEqual(["0 ada", "0 ada rate-limited 62000", "62000 ada"]);
  });

  test("logins take turns: who asks a hundred times waits for itself", async () => {
    const { clock, turns, ask } = desk({ perUser: 1000, perProject: 4 });
    for (let at = 0; at < 100; at += 1) ask("noisy", true);
    await clock.advance(59_000);
    ask("ada");
    ask("bob");
    await clock.advance(3_000);
    expect(turns.slice(4).filter((turn) => !turn.endsWith("noisy"))).toEqual(["62000 ada", "62000 bob"]);
  });

  test("nothing of a refused login leaves inside its Retry-After; others go on", async () => {
    const { budget, clock, turns, ask } = desk({ perUser: 100, perProject: 100 });
    expect(budget.refused("ada", "login", 3_000)).toBe(3_000);
    ask("ada");
    ask("bob");
    await clock.advance(2_999);
    expect(turns).toEqual(["0 bob"]);
    await clock.advance(1);
    expect(turns).toEqual(["0 bob", "3000 ada"]);
  });

  test("without a Retry-After pauses double, and a success begins anew", () => {
    const { budget, clock } = desk({ perUser: 100, perProject: 100 });
    const pauses: number[] = [];
    for (let at = 0; at < 8; at += 1) {
      pauses.push(budget.refused("ada", "login", undefined));
      clock.set(clock.now() + (pauses.at(-1) ?? 0));
    }
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 64_000]);
    budget.succeeded("ada");
    expect(budget.refused("ada", "login", undefined)).toBe(1000);
  });

  test("the project's pause, or that of three logins at once, holds for all", async () => {
    const one = desk({ perUser: 100, perProject: 100 });
    one.budget.refused("ada", "project", 2_000);
    one.ask("bob");
    await one.clock.advance(2_000);
    expect(one.turns).toEqual(["2000 bob"]);
    const three = desk({ perUser: 100, perProject: 100 });
    for (const login of ["ada", "bob", "eve"]) three.budget.refused(login, "login", 4_000);
    three.ask("kim");
    await three.clock.advance(4_000);
    expect(three.turns).toEqual(["4000 kim"]);
  });

  test("who is stopped leaves the row", async () => {
    const { budget, clock, turns, ask } = desk({ perUser: 1, perProject: 100 });
    ask("ada");
    const stop = new AbortController();
    const waiting = budget.enter("ada", { inList: true, signal: stop.signal }).catch((thrown: { code: string }) => thrown.code);
    ask("ada", true);
    stop.abort();
    expect(await waiting).toBe("aborted");
    await clock.advance(62_000);
    expect(turns).toEqual(["0 ada", "62000 ada"]);
    expect(clock.pendingTimers).toBe(0);
  });
});

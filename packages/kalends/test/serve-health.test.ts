import { describe, expect, test } from "vitest";
import type { WorkerState } from "@kalends/core";
import { KalendsError, type QueueLoad } from "@kalends/model";
import { systemClock } from "kalends";
import { serveHealth } from "../src/cli/serve-health.ts";

const working: WorkerState = { started: true, running: 1, lastLook: 1, lookError: null, lookingSince: null, avoided: [] };
const load: QueueLoad = { due: 2, running: 1, dead: 0, oldestDueAt: null };

async function ask(state: WorkerState, answer: () => Promise<QueueLoad>): Promise<{ status: number; body: unknown; live: number }> {
  const health = await serveHealth({ state: () => state, load: answer }, { host: "127.0.0.1", port: 0 }, systemClock);
  try {
    const ready = await fetch(`${health.url}/ready`);
    return { status: ready.status, body: await ready.json(), live: (await fetch(`${health.url}/live`)).status };
  } finally {
    await health.close();
  }
}

describe("the health of a worker", () => {
  test("is well while its looks end and its database answers", async () => {
    expect(await ask(working, async () => load)).toMatchObject({ status: 200, live: 200, body: { ready: true, error: null, queue: { due: 2 } } });
    expect(await ask({ ...working, lookingSince: systemClock.now() }, async () => load)).toMatchObject({ status: 200 });
  });

  test("is not while the database is away: refused, silent, or only to the worker's own look", async () => {
    const away = () => Promise.reject(new KalendsError("store-unreachable", "away"));
    expect(await ask(working, away)).toMatchObject({ status: 503, live: 200, body: { ready: false, error: "store-unreachable", queue: null } });
    expect(await ask(working, () => new Promise(() => undefined))).toMatchObject({ status: 503, live: 200, body: { error: "store-failed" } });
    expect(await ask({ ...working, lookingSince: systemClock.now() - 31_000 }, async () => load)).toMatchObject({ status: 503, live: 200, body: { error: "store-unreachable" } });
    expect(await ask({ ...working, lookError: "store-locked" }, async () => load)).toMatchObject({ status: 503, body: { error: "store-locked" } });
  });
}, 20_000);

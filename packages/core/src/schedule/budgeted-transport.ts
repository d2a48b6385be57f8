import { KalendsError, silentTelemetry, type Clock, type RequestBudgets, type Telemetry, type Transport } from "@kalends/model";

export interface RequestBudget {
  /** Name of the budget, by default one for each provider. Everything that uses the name shares it, on all hosts. */
  name: string;
  /** Requests in any 60 seconds. */
  perMinute: number;
  budgets: RequestBudgets;
  clock: Clock;
  telemetry?: Telemetry;
  /** Waits up to this long happen inside the request; for longer ones it throws. Default 5,000 ms. */
  inlineWaitMs?: number;
}

/** Part of a minute's budget that a worker takes at a time, so that not every request asks the database: a second's worth. */
const takenPart = 60;

/**
 * A transport that sends no more than a budget shared by all workers allows. Throws `budget-spent` with the time to wait where there is no room
 * soon. What a worker has taken and not used within a minute is given up.
 */
export function budgetedTransport(inner: Transport, budget: RequestBudget): Transport {
  const { name, perMinute, budgets, clock, telemetry = silentTelemetry, inlineWaitMs = 5_000 } = budget;
  const least = Math.max(1, Math.floor(perMinute / takenPart));
  let taken = 0;
  let takenAt = 0;
  let asking: Promise<number> | null = null;
  const ask = async (): Promise<number> => {
    const now = clock.now();
    const grant = await budgets.take(name, least, perMinute, now);
    // Fewer than were wanted: the database knows best.
    taken += grant.granted;
    takenAt = now;
    return grant.nextAt;
  };
  return {
    send: async (request) => {
      const giveUpAt = clock.now() + inlineWaitMs;
      for (;;) {
        if (clock.now() - takenAt >= 60_000) taken = 0;
        if (taken > 0) break;
        // Requests that come at once ask once.
        const nextAt = await (asking ??= ask().finally(() => (asking = null)));
        if (taken > 0) continue;
        const waitMs = Math.max(1, nextAt - clock.now());
        telemetry.count("kalends.budget.waits", 1, { provider: name });
        if (clock.now() + waitMs > giveUpAt) {
          throw new KalendsError("budget-spent", `The requests a minute that are allowed for ${name} are spent`, { retryAfterMs: waitMs });
        }
        await clock.sleep(waitMs, request.signal);
      }
      taken -= 1;
      telemetry.count("kalends.budget.requests", 1, { provider: name });
      return inner.send(request);
    },
    close: () => inner.close(),
  };
}

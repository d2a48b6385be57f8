import { KalendsError } from "@kalends/model";
import type { PulledPage, PullRequest } from "@kalends/model";
import { notePause } from "../connect/connection-pause.ts";
import type { CalendarContext } from "./calendar-context.ts";
import { failureOf } from "./failure-of.ts";

const mostTries = 3;

/** A failure that may pass by itself within the run. One refused login is asked twice before it is believed. */
function waitInRun(error: KalendsError, tries: number, context: CalendarContext): number | null {
  const { settings } = context.runtime;
  if (tries >= mostTries) return null;
  if (error.failure === "auth") return tries === 1 ? settings.confirmAfterMs : null;
  if (error.failure !== "transient" && error.failure !== "rate-limited") return null;
  if (error.failure === "rate-limited" && error.retryAfterMs === undefined) return null;
  const wait = Math.max(error.retryAfterMs ?? 0, Math.round(250 * 2 ** tries * (1 + context.runtime.random.uniform())));
  return wait <= settings.inlineWaitMs ? wait : null;
}

/** Pulls one page, waiting out short failures; `begin` is called before each try. What it finally throws is a `KalendsError`. */
export async function pullWithRetry(context: CalendarContext, request: PullRequest, signal: AbortSignal, begin: () => void): Promise<PulledPage> {
  for (let tries = 1; ; tries += 1) {
    if (signal.aborted) throw new KalendsError("aborted", "The sync was stopped");
    begin();
    try {
      const span = { provider: context.connection.provider, calendar: context.calendar.id };
      return await context.runtime.telemetry.span("kalends.pull", span, () => context.provider.pullPage({ ...context.access, signal }, request));
    } catch (thrown) {
      const error = failureOf(thrown, signal);
      await notePause(context.store, context.connection.id, error, context.runtime.clock.now());
      const wait = signal.aborted ? null : waitInRun(error, tries, context);
      if (wait === null) throw error;
      context.runtime.logger.log("debug", "page failed, trying again", { calendar: context.calendar.id, code: error.code, waitMs: wait });
      await context.runtime.clock.sleep(wait, signal);
    }
  }
}

import type { Clock } from "@kalends/model";
import type { SyncProgress, SyncReport } from "@kalends/core";

interface Terminal {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

/** Shows how a sync goes on: one moving line a terminal, and one lasting line for each finished calendar. */
export interface ProgressBar {
  progress(progress: SyncProgress): void;
  report(report: SyncReport): void;
  end(): void;
}

const width = 24;

export function createProgressBar(output: Terminal, clock: Clock, nameOf: (calendarId: string) => string): ProgressBar {
  let saidBefore = "";
  const startedAt = new Map<string, number>();
  const moving = output.isTTY === true;
  const clear = (): void => void (moving && output.write("\r\u001b[2K"));
  return {
    progress: ({ calendarId, items, expectedItems }) => {
      const start = startedAt.get(calendarId) ?? clock.now();
      startedAt.set(calendarId, start);
      if (!moving) return;
      const seconds = (clock.now() - start) / 1_000;
      const rate = seconds > 0.2 ? ` ${Math.round(items / seconds)} events/s` : "";
      const part = expectedItems === null || expectedItems === 0 ? null : Math.min(1, items / expectedItems);
      const bar = part === null ? "" : ` [${"#".repeat(Math.round(part * width)).padEnd(width, "-")}]`;
      const count = expectedItems === null ? `${items}` : `${items}/${expectedItems}`;
      clear();
      output.write(`${nameOf(calendarId)}${bar} ${count}${rate}`.slice(0, (output.columns ?? 80) - 1));
    },
    report: (report) => {
      clear();
      output.write(`${nameOf(report.calendarId)}: ${describe(report)}\n`);
      // Where a whole server is down, what to do is said once.
      if (report.error !== null && report.error.code !== "aborted" && report.error.remedy !== saidBefore) {
        output.write(`  what to do: ${(saidBefore = report.error.remedy)}\n`);
      }
    },
    end: clear,
  };
}

function describe(report: SyncReport): string {
  if (report.error?.code === "aborted") return "stopped";
  if (report.error !== null) return `failed: ${report.error.message} (${report.error.code})`;
  const changed = report.created + report.updated + report.removed;
  const seconds = report.durationMs / 1_000;
  const rate = changed >= 50 && seconds > 0 ? `, ${Math.round(changed / seconds)} events/s` : "";
  const aside = report.quarantined === 0 ? "" : `, ${report.quarantined} set aside`;
  if (changed === 0) return `nothing new${aside} (${seconds.toFixed(1)} s)`;
  return `${report.created} new, ${report.updated} changed, ${report.removed} removed${aside} (${seconds.toFixed(1)} s${rate})`;
}

import { readFileSync } from "node:fs";

/** What one contender's own process spent. */
export interface Usage {
  /** From the start of the work to its end, in ms; start-up of the process is not in it. */
  wallMs: number;
  /** Processor time of the work, all threads. */
  cpuMs: number;
  /** Processor time of the whole process, start-up included. */
  processCpuMs: number;
  /** Highest resident memory of the process, in MB (10^6 bytes). */
  peakMb: number;
  /** Whatever the contender tells about itself: counts that prove that it did the work. */
  facts: Record<string, number | string | null>;
}

/**
 * The peak of this program alone. `resourceUsage().maxRSS` will not do on Linux: a process inherits the peak of the one that started it,
 * while VmHWM begins anew with the program.
 */
function peakBytes(): number {
  try {
    const found = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"));
    if (found !== null) return Number(found[1]) * 1024;
  } catch {
    // Not Linux; the other figure has no such flaw there.
  }
  return process.resourceUsage().maxRSS * 1024;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Runs the work and prints what it cost as the process's last line, for `runChild`. */
export async function reportOwnUsage(work: () => Promise<Usage["facts"]>): Promise<void> {
  const [startedAt, cpuBefore] = [performance.now(), cpuMs()];
  const facts = await work();
  const usage: Usage = {
    wallMs: performance.now() - startedAt,
    cpuMs: cpuMs() - cpuBefore,
    processCpuMs: cpuMs(),
    peakMb: peakBytes() / 1e6,
    facts,
  };
  process.stdout.write(`\n${JSON.stringify(usage)}\n`);
}

import { readdirSync, readFileSync } from "node:fs";

/** Of /proc/PID/stat on Linux, whose times count hundredths of a second. `null` where the process is gone or this is another system. */
function statOf(pid: number): { parent: number; seconds: number } | null {
  try {
    // The name stands in brackets and may hold anything.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "").split(" ");
    // Its own time in both modes, and that of children that have ended.
    const ticks = fields.slice(11, 15).reduce((sum, text) => sum + Number(text), 0);
    return { parent: Number(fields[1]), seconds: ticks / 100 };
  } catch {
    return null;
  }
}

/** Processor seconds of a process and all its children so far. */
export function cpuOfTree(root: number): number {
  const all = new Map<number, { parent: number; seconds: number }>();
  for (const name of readdirSync("/proc")) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : null;
    if (stat !== null) all.set(Number(name), stat);
  }
  const within = (pid: number): boolean => pid === root || (pid > 1 && within(all.get(pid)?.parent ?? 0));
  return [...all].reduce((sum, [pid, { seconds }]) => (within(pid) ? sum + seconds : sum), 0);
}

/** The process that began this one. */
export function parentOf(pid: number): number {
  return statOf(pid)?.parent ?? 0;
}

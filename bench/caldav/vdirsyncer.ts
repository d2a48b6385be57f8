import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Usage } from "../measure/own-usage.ts";
import { runProgram } from "../measure/run-child.ts";
import type { Task } from "./contender.ts";

const program = "/usr/bin/vdirsyncer";

/** Why vdirsyncer cannot take part, or `null`. */
export function missingVdirsyncer(): string | null {
  return existsSync(program) ? null : "the Debian package vdirsyncer is not installed";
}

/** Runs a program and prints wall clock, processor time and peak memory of it: Node tells none of that about its children. */
const wrapper = `
import json, resource, subprocess, sys, time
started = time.time()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
spent = resource.getrusage(resource.RUSAGE_CHILDREN)
if done.returncode: sys.exit(done.stderr.decode()[-2000:])
print(json.dumps([(time.time() - started) * 1000, (spent.ru_utime + spent.ru_stime) * 1000, spent.ru_maxrss * 1024 / 1e6]))
`;

function writeConfiguration(task: Task): string {
  const file = join(task.folder, "config");
  const { username, password, calendarUrl } = task;
  mkdirSync(join(task.folder, "calendar"), { recursive: true });
  const lines = [
    "[general]", `status_path = "${join(task.folder, "status")}"`,
    "[pair bench]", 'a = "here"', 'b = "there"', "collections = null", 'conflict_resolution = "b wins"',
    "[storage here]", 'type = "filesystem"', `path = "${join(task.folder, "calendar")}"`, 'fileext = ".ics"',
    "[storage there]", 'type = "caldav"', `url = "${calendarUrl}"`, `username = "${username}"`, `password = "${password}"`,
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  return file;
}

/** One sync by vdirsyncer. Its start-up is in all its figures: it cannot be told apart from outside. */
export async function runVdirsyncer(task: Task): Promise<Usage> {
  const command = [program, "-c", writeConfiguration(task), task.phase === "setup" ? "discover" : "sync", "bench"];
  const printed = await runProgram("python3", ["-c", wrapper, ...command], { LC_ALL: "C.UTF-8", LANG: "C.UTF-8" });
  const [wallMs, cpuMs, peakMb] = JSON.parse(printed.trim().split("\n").at(-1) ?? "") as [number, number, number];
  return { wallMs, cpuMs, processCpuMs: cpuMs, peakMb, facts: { items: null } };
}

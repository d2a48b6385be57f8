// Executes what the documentation shows. A block that begins with
//
//   ```ts runnable              is type-checked, then run against the packed packages; it must end with exit code 0
//   ```ts runnable prints=WORD  must also print WORD
//   ```ts checked               is type-checked only
//
// A runnable sample finds a CalDAV server of the sandbox in CALDAV_ADDRESS (its host in CALDAV_HOST, the login in
// CALDAV_USERNAME and CALDAV_PASSWORD), a key in KALENDS_KEY, and an empty folder to work in.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { ownFiles, root } from "./workspace.mjs";

const limitMs = 60_000;

/** Blocks of one Markdown text, with the line on which each begins. */
export function samplesOf(file, text) {
  const samples = [];
  for (const found of text.matchAll(/^( *)```ts (runnable|checked)([^\n]*)\n([\s\S]*?)^ *```\s*$/gm)) {
    const line = text.slice(0, found.index).split("\n").length;
    const prints = /\bprints=(\S+)/.exec(found[3])?.[1] ?? null;
    const code = found[4].replaceAll(new RegExp(`^${found[1]}`, "gm"), "");
    samples.push({ place: `${file}:${line}`, runs: found[2] === "runnable", prints, code });
  }
  return samples;
}

function samplesOfWorkspace() {
  const documents = ownFiles().filter((file) => file.endsWith(".md") && !/^(\.changeset|packages\/[^/]+\/CHANGELOG)/.test(file));
  return documents.flatMap((file) => samplesOf(file, readFileSync(join(root, file), "utf8")));
}

export async function checkSamples({ folder }, samples = samplesOfWorkspace()) {
  if (!samples.some(({ place, runs }) => runs && place.startsWith("README.md"))) throw new Error("README.md shows no runnable sample");
  const placed = samples.map((sample, index) => {
    const home = join(folder, "samples", String(index));
    mkdirSync(home, { recursive: true });
    const file = join(home, "sample.ts");
    writeFileSync(file, sample.code);
    return { ...sample, home, file };
  });
  const problems = typeProblems(placed, folder);
  const world = await startWorld(folder);
  try {
    for (const sample of placed.filter(({ runs }) => runs)) problems.push(...(await runProblems(sample, world.environment)));
  } finally {
    await world.close();
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return `${samples.length} samples, ${samples.filter(({ runs }) => runs).length} of them run`;
}

function typeProblems(samples, folder) {
  const options = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: ["node"],
    typeRoots: [join(folder, "node_modules/@types")],
  };
  const program = ts.createProgram(samples.map(({ file }) => file), options);
  return ts.getPreEmitDiagnostics(program).map((problem) => {
    const sample = samples.find(({ file }) => file === problem.file?.fileName);
    const line = problem.file ? problem.file.getLineAndCharacterOfPosition(problem.start ?? 0).line + 1 : 0;
    return `${sample?.place ?? problem.file?.fileName} (line ${line} of the sample): ${ts.flattenDiagnosticMessageText(problem.messageText, " ")}`;
  });
}

/** A server with one person who has one meeting tomorrow. */
async function startWorld(folder) {
  const entry = pathToFileURL(join(folder, "node_modules/@kalends/sandbox/dist/index.js"));
  const { movableClock, startCaldavSandbox } = await import(entry.href);
  const password = "sample-password";
  const server = await startCaldavSandbox({ clock: movableClock(new Date().toISOString()), users: [{ name: "alice", password, calendars: ["work"] }] });
  server.user("alice").calendar("work").put("meeting", meetingTomorrow());
  return {
    close: () => server.close(),
    environment: {
      CALDAV_ADDRESS: server.url,
      CALDAV_HOST: server.allowHost,
      CALDAV_USERNAME: "alice",
      CALDAV_PASSWORD: password,
      KALENDS_KEY: randomBytes(32).toString("base64url"),
    },
  };
}

function meetingTomorrow() {
  const day = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10).replaceAll("-", "");
  const event = ["BEGIN:VEVENT", "UID:meeting", `DTSTAMP:${day}T000000Z`, `DTSTART:${day}T090000Z`, `DTEND:${day}T100000Z`, "SUMMARY:Meeting", "END:VEVENT"];
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Kalends//samples//EN", ...event, "END:VCALENDAR", ""].join("\r\n");
}

function runProblems({ place, home, file, prints }, environment) {
  return new Promise((resolve) => {
    const { KALENDS_SHARED: _, ...inherited } = process.env;
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", file], {
      cwd: home,
      env: { ...inherited, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: limitMs,
    });
    let printed = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (printed += text));
    child.on("close", (code, signal) => {
      if (code !== 0) resolve([`${place}: the sample ended with ${signal ?? code}\n${printed}`]);
      else if (prints !== null && !printed.includes(prints)) resolve([`${place}: the sample did not print ${prints}, but:\n${printed}`]);
      else resolve([]);
    });
  });
}

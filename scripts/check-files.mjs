// House rules about files that no other tool looks at: names, lengths, and traces of somebody's machine.
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ownFiles, root } from "./workspace.mjs";

const code = new Set([".ts", ".mjs", ".js", ".cjs", ".css", ".html", ".sh", ".sql"]);
const mostLines = 400;
/** 140 is the aim; the check leaves room where a break would not make the line better. Texts do not count: they are not broken. */
const mostColumns = 160;
const texts = /"[^"]*"|'[^']*'|`[^`]*`/g;

/** Names that say nothing about what is inside. */
const emptyNames = /^(utils?|helpers?|common|managers?|services?|misc|shared|stuff)$/;

/** What a path or a host of one machine looks like; built from pieces, so that this file does not accuse itself. */
const traces = [
  ...[root, join(dirname(root), "sha" + "red"), homedir()].filter((path) => path.split("/").length > 2 || path === "/ro" + "ot").map(literal),
  /(?<![\w.])\/(?:Users|home)\/[a-z][\w-]*\/(?:work|src|dev|projects|code|git|repos)\//,
  /[A-Z]:\\\\?Users\\/,
  /^\s*registry\s*=/m,
  /https?:\/\/(?!registry\.npmjs\.org\b)[\w.:-]*(?:regi(?:stry)|artifactory|nexus|verdaccio)[\w.:-]*/,
];

/** Problems of one file, as lines for a reader. `text` is null for a file that is not text. */
export function fileProblems(file, text) {
  const problems = [];
  const stem = basename(file).replace(/(\.test|\.config|\.d)?\.[^.]+$/, "");
  const nouns = [...dirname(file).split("/"), stem].map((name) => name.toLowerCase().split(/[-.]/).at(-1));
  const empty = code.has(extname(file)) ? nouns.find((noun) => emptyNames.test(noun)) : undefined;
  // The key service is a word of the vault's vocabulary, not a leftover.
  if (empty && stem !== "key-service") problems.push(`the name "${empty}" says nothing; name the file after what it exports`);
  if (/^(packages|examples|bench|scripts)\//.test(file) && code.has(extname(file)) && !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(stem)) {
    problems.push("names are kebab-case");
  }
  if (text === null) return problems;
  const lines = text.split("\n");
  if (code.has(extname(file)) && lines.length - 1 > mostLines) problems.push(`${lines.length - 1} lines; at most ${mostLines}`);
  // Tables of cases read better in one line each.
  if ([".ts", ".mjs", ".js"].includes(extname(file)) && !file.includes("/test/") && !/-cases\.ts$/.test(file)) {
    const long = lines.flatMap((line, index) => (line.replace(texts, '""').length > mostColumns ? [index + 1] : []));
    if (long.length > 0) problems.push(`more than ${mostColumns} columns in line ${long.slice(0, 5).join(", ")}${long.length > 5 ? " ..." : ""}`);
  }
  for (const trace of traces) {
    const found = trace.exec(text);
    if (found) problems.push(`names a machine or registry: ${found[0].trim()} (line ${text.slice(0, found.index).split("\n").length})`);
  }
  if (basename(file) === "index.ts" && file.startsWith("packages/") && hasOwnCode(text)) problems.push("index.ts only re-exports");
  return problems;
}

function hasOwnCode(text) {
  const rest = text
    .replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "")
    .replace(/export\s+(type\s+)?(\*(\s+as\s+\w+)?|\{[^}]*\})(\s+from\s+"[^"]+")?\s*;?/g, "");
  return rest.trim() !== "";
}

/** Decision records are numbered 0001, 0002 ... without a gap, and no number is given twice: others refer to them by it. */
export function decisionProblems(files) {
  const folder = "docs/explanation/decisions/";
  const names = files.filter((file) => file.startsWith(folder)).map((file) => file.slice(folder.length)).sort();
  return names.flatMap((name, index) => {
    const wanted = String(index + 1).padStart(4, "0");
    return name.startsWith(`${wanted}-`) ? [] : [`${folder}${name}: the number should be ${wanted}`];
  });
}

function literal(text) {
  return new RegExp(`(?<![\\w./:-])${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w-])`);
}

export function checkFiles() {
  const files = ownFiles();
  const found = decisionProblems(files);
  for (const file of files) {
    const bytes = readFileSync(join(root, file));
    const text = bytes.includes(0) ? null : bytes.toString("utf8");
    for (const problem of fileProblems(file, text)) found.push(`${file}: ${problem}`);
  }
  if (found.length > 0) throw new Error(found.join("\n"));
  return `${files.length} files`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(checkFiles());

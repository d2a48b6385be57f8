import { readFileSync, writeFileSync } from "node:fs";
import { request as sendRequest } from "node:http";
import { join } from "node:path";

/** `setup` is not measured; the others run on what the one before left in `folder`. */
export type Phase = "setup" | "first" | "none" | "changed";

/** What a contender's process is told, as JSON in its one argument. */
export interface Task {
  phase: Phase;
  baseUrl: string;
  calendarUrl: string;
  username: string;
  password: string;
  /** The contender's own folder; whatever it keeps lies there. */
  folder: string;
}

export function readTask(): Task {
  return JSON.parse(process.argv[2] ?? "") as Task;
}

/** The contender's notes from one phase to the next: a sync-token, say. */
export function readNotes<T>(task: Task): T | null {
  try {
    return JSON.parse(readFileSync(join(task.folder, "notes.json"), "utf8")) as T;
  } catch {
    return null;
  }
}

export function writeNotes(task: Task, notes: unknown): void {
  writeFileSync(join(task.folder, "notes.json"), JSON.stringify(notes));
}

export function authorizationOf(task: Task): string {
  return `Basic ${Buffer.from(`${task.username}:${task.password}`, "utf8").toString("base64")}`;
}

/** Sends one REPORT to the calendar and hands over the pieces of its answer as they come. */
export function sendReport(task: Task, depth: "0" | "1", body: string, piece: (text: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: authorizationOf(task), depth, "content-type": "application/xml; charset=utf-8", "content-length": Buffer.byteLength(body) };
    const request = sendRequest(task.calendarUrl, { method: "REPORT", headers }, (answer) => {
      if (answer.statusCode !== 207) reject(new Error(`The server answered ${answer.statusCode}`));
      answer.setEncoding("utf8").on("data", piece).on("end", resolve).on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

const names = 'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"';

export function syncBody(token: string): string {
  return `<d:sync-collection ${names}><d:sync-token>${token}</d:sync-token><d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop></d:sync-collection>`;
}

export function multigetBody(hrefs: readonly string[]): string {
  const asked = hrefs.map((href) => `<d:href>${href}</d:href>`).join("");
  return `<c:calendar-multiget ${names}><d:prop><d:getetag/><c:calendar-data/></d:prop>${asked}</c:calendar-multiget>`;
}

/** Calls back with each `response` of a multistatus as soon as it is complete. */
export class ResponseCutter {
  #rest = "";
  /** What stands up to the end of the first response: some servers name the token there. */
  #head = "";
  readonly #found: (response: string) => void;

  constructor(found: (response: string) => void) {
    this.#found = found;
  }

  readonly push = (text: string): void => {
    const buffer = this.#rest + text;
    const ends = /<\/(?:\w+:)?response>/g;
    let from = 0;
    for (let end = ends.exec(buffer); end !== null; end = ends.exec(buffer)) {
      if (this.#head === "") this.#head = buffer.slice(from, end.index);
      this.#found(buffer.slice(from, end.index));
      from = ends.lastIndex;
    }
    this.#rest = buffer.slice(from);
  };

  /** The sync-token behind the last response or before the first. */
  token(): string {
    return /<(?:\w+:)?sync-token>([^<]*)</.exec(this.#rest + this.#head)?.[1] ?? "";
  }
}

export function hrefOf(response: string): string {
  return /<(?:\w+:)?href>([^<]*)</.exec(response)?.[1] ?? "";
}

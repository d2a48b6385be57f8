import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export interface BadReply {
  status?: number;
  headers?: Record<string, string | string[]>;
  body?: { text?: string; json?: unknown; encode?: string; repeat?: unknown; suffix?: unknown; of?: unknown; [more: string]: unknown };
  repeat?: boolean;
  transport?: Record<string, unknown>;
  [more: string]: unknown;
}

/** One hostile behaviour of the shared manifest. */
export interface BadEntry {
  id: string;
  provider: string;
  op: string;
  wrong: string;
  replies: BadReply[];
  /** Address that the user typed. */
  userUrl?: string;
  /** Answers of the resolver, one for each look-up; `null` never answers. */
  dns?: (string[] | null)[];
  tls?: { cert?: string; plain?: boolean; env?: Record<string, string> };
  expect: { outcome: string[]; code?: string[]; must: string[]; limits: { maxRequests: number; maxMs: number; maxHeapMiB: number } };
}

export interface Played {
  origin: string;
  log: { head: string; body: string }[];
  close(): Promise<void>;
}

export interface BadHttp {
  entries: BadEntry[];
  serve(entry: BadEntry): Promise<Played>;
}

/** The shared manifest and its player; `null` where they are not here. */
export async function loadBadHttp(): Promise<BadHttp | null> {
  const root = fileURLToPath(new URL("../../..", import.meta.url));
  const folder = join(process.env["KALENDS_SHARED"] ?? join(root, "..", "shared"), "bad-http");
  if (!existsSync(join(folder, "manifest.json")) || !existsSync(join(folder, "play.mjs"))) return null;
  const { entries } = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as { entries: BadEntry[] };
  const player = (await import(pathToFileURL(join(folder, "play.mjs")).href)) as { serve: BadHttp["serve"]; bytes(body: unknown): AsyncIterable<Uint8Array> };
  const packed = new Map<string, Promise<string>>();
  const pack = async (body: unknown): Promise<string> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of player.bytes(body)) chunks.push(chunk);
    return Buffer.concat(chunks).toString("base64");
  };
  // A bomb is packed once and beforehand: the time it takes to make one is not the client's.
  const prepared = async (entry: BadEntry): Promise<BadEntry> => {
    const replies: BadReply[] = [];
    for (const reply of entry.replies) {
      if (reply.body?.encode === undefined) {
        replies.push(reply);
        continue;
      }
      const key = JSON.stringify(reply.body);
      const ready = packed.get(key) ?? pack(reply.body);
      packed.set(key, ready);
      replies.push({ ...reply, body: { base64: await ready } });
    }
    return { ...entry, replies };
  };
  return { entries, serve: async (entry) => player.serve(await prepared(entry)) };
}

/**
 * Which test plays an entry. `other-provider`: it is about Google, Graph, EWS, OAuth or push messages. `null`: nobody plays it, and the
 * test of places fails.
 */
export type Place = "reading" | "writing" | "typed-address" | "name-resolution" | "certificates" | "other-provider";

export function placeOf(entry: BadEntry): Place | null {
  if (!["caldav", "any"].includes(entry.provider)) return "other-provider";
  if (["read", "sync-collection", "full-list", "discovery"].includes(entry.op)) return "reading";
  if (["write", "PUT", "DELETE"].includes(entry.op)) return "writing";
  if (entry.op !== "connect") return null;
  if (entry.userUrl !== undefined) return "typed-address";
  if (entry.dns !== undefined) return "name-resolution";
  return entry.tls === undefined ? null : "certificates";
}

export function isForReading(entry: BadEntry): boolean {
  return placeOf(entry) === "reading";
}

/**
 * An entry as a CalDAV server would do it: its paths are those of the calendar at hand. An entry for any provider is played twice: as it is
 * written, and dressed as a multistatus, so that its body is read and not only turned away at the door.
 */
export function fitEntry(entry: BadEntry, calendarPath: string, dressed: boolean): BadEntry {
  const fitted = JSON.parse(JSON.stringify(entry).replaceAll("/cal/", calendarPath)) as BadEntry;
  if (!dressed) return fitted;
  const replies = fitted.replies.map((reply): BadReply => {
    if (reply.status !== 200) return reply;
    const { body } = reply;
    const long = typeof body?.suffix === "object" || body?.encode === "br";
    // Long bodies become long inside a well-formed beginning, so that nothing but their length is wrong with them.
    const text = long && body?.text !== undefined ? { text: '<D:multistatus xmlns:D="DAV:"><D:response><D:href>/x' } : {};
    return { ...reply, status: 207, headers: { ...reply.headers, "content-type": "application/xml; charset=utf-8" }, ...(body === undefined ? {} : { body: { ...body, ...text } }) };
  });
  return { ...fitted, id: `${fitted.id}, as multistatus`, replies };
}

/** A good answer behind bad ones in an entry for any provider is a JSON page; here the real server gives it. */
export function recoversAfter(entry: BadEntry): number {
  const last = entry.replies.at(-1);
  const recovers = entry.provider === "any" && entry.replies.length > 1 && last?.status === 200;
  return recovers ? entry.replies.length - 1 : Number.POSITIVE_INFINITY;
}

import type { ReportClass, ReportLine } from "../report.ts";
import { escapeText, many, timeOnPage } from "./markup.ts";

/** How much of its time a line has behind it, 0 to 1; `null`: no clock runs on it. */
export function passedShare(line: Pick<ReportLine, "since" | "until">, at: string): number | null {
  if (line.since === null || line.until === null) return null;
  const [since, until, now] = [line.since, line.until, at].map((time) => Date.parse(time)) as [number, number, number];
  if (!Number.isFinite(since) || !Number.isFinite(until)) return null;
  return until <= since ? 1 : Math.min(1, Math.max(0, (now - since) / (until - since)));
}

function bar(line: ReportLine, at: string): string {
  const share = passedShare(line, at);
  if (share === null) return "";
  const percent = Math.round(share * 100);
  const label = line.overdue ? "its time has passed" : `${percent} % of its time has passed`;
  return (
    `<svg class="${line.overdue ? "over" : ""}" viewBox="0 0 1000 12" preserveAspectRatio="none" role="img" aria-label="${label}">` +
    `<rect class="track" width="1000" height="12"/><rect class="passed" width="${percent * 10}" height="12"/></svg>` +
    `<div class="ends"><span>since ${timeOnPage(line.since ?? "")}</span><span>${label}</span><span>until ${timeOnPage(line.until ?? "")}</span></div>`
  );
}

/** The reason without the name of the class, where that stands above it. */
function bareReason({ reason, title }: ReportLine): string {
  const bare = reason.startsWith(`${title}: `) ? reason.slice(title.length + 2) : reason;
  return bare.charAt(0).toUpperCase() + bare.slice(1);
}

function nextToGo(due: string | null, at: string): string {
  if (due === null) return "Nothing of it goes by time.";
  return `${Date.parse(due) <= Date.parse(at) ? "Due since" : "Next to go"}: ${timeOnPage(due)}.`;
}

/** One class of the policy: how much is held, what is oldest, why it is still there, and until when. */
export function classPanel(one: ReportClass, at: string): string {
  const head = `<h3>${escapeText(one.title)} <span class="tag">${escapeText(one.class)}</span></h3>`;
  if (one.rows === 0) {
    const note = one.note === null ? "" : `<p class="soft">${escapeText(one.note)}</p>`;
    return `<section class="kind empty">${head}<div class="count none">nothing is held</div>${note}</section>`;
  }
  const accounts = one.accounts === 0 ? "" : ` of ${many(one.accounts, "account", "accounts")}`;
  const due = one.overdueRows === 0 ? "" : ` <span class="due">${many(one.overdueRows, "row is", "rows are")} due now</span>`;
  const oldest = one.oldest === null ? "" : `<p>${escapeText(bareReason(one.oldest))} <span class="tag">${escapeText(one.oldest.rule)}</span></p>${bar(one.oldest, at)}`;
  const next = `<p class="soft">${nextToGo(one.nextDue, at)}</p>`;
  return `<section class="kind">${head}<div class="count"><b>${many(one.rows, "row", "rows")}</b>${accounts}${due}</div>${oldest}${next}</section>`;
}

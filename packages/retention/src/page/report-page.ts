import { policyTable } from "../policy-table.ts";
import type { ReportErasure, ReportLine, RetentionReport } from "../report.ts";
import { classPanel } from "./class-panel.ts";
import { countOnPage, escapeText, many, timeOnPage } from "./markup.ts";
import { pageStyle } from "./page-style.ts";

/** What the page may load when it is served: its own style, and nothing else. */
export const reportPagePolicy: string = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * The report as one HTML page for people: what is held, why, and until when. Needs no script and loads nothing; it may be saved, printed and
 * passed on. Pure.
 */
export function reportPage(report: RetentionReport): string {
  const title = `What ${report.organizationId} holds`;
  const body = [
    `<h1>${escapeText(title)}</h1>`,
    `<p class="soft">As of ${timeOnPage(report.at)}, under the policy <b>${escapeText(report.policy.name)}</b>. Ids and counts only: no text of any event or person.</p>`,
    ...banners(report),
    cards(report),
    `<h2>By kind of data</h2>${report.classes.map((one) => classPanel(one, report.at)).join("\n")}`,
    report.erasures.length === 0 ? "" : `<h2>Requests to be forgotten</h2>${erasureTable(report.erasures)}`,
    `<h2>Everything, the next to go first</h2>${lineTable(report)}`,
    `<h2>The policy</h2>${rulesTable(report)}`,
  ];
  return (
    `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
    `<meta http-equiv="Content-Security-Policy" content="${reportPagePolicy.replace("; frame-ancestors 'none'", "")}"><meta name="robots" content="noindex">` +
    `<title>${escapeText(title)}</title><style>${pageStyle}</style></head>\n<body><main>\n${body.filter((part) => part !== "").join("\n")}\n</main></body></html>\n`
  );
}

function banners({ clock, policy, overdueRows }: RetentionReport): string[] {
  const held = policy.legalHold === "all" || policy.legalHold.length > 0;
  const whom = policy.legalHold === "all" ? "all accounts" : many(policy.legalHold.length, "account", "accounts");
  return [
    clock.held ? `<p class="banner" role="status"><b>The clock jumped</b> (last seen ${clock.lastSeen === null ? "never" : timeOnPage(clock.lastSeen)}). Nothing is removed until somebody confirms the time.</p>` : "",
    held ? `<p class="banner" role="status"><b>Legal hold</b> on ${whom}: nothing of them is removed.</p>` : "",
    overdueRows > 0 && !clock.held ? `<p class="banner bad" role="status"><b>${many(overdueRows, "row is", "rows are")} due.</b> Remove them with <code>kalends retention run</code>.</p>` : "",
  ];
}

function cards({ classes, overdueRows, at }: RetentionReport): string {
  const rows = classes.reduce((sum, one) => sum + one.rows, 0);
  const next = classes.map(({ nextDue }) => nextDue).filter((due) => due !== null).sort()[0];
  const entries: [string, string][] = [
    [countOnPage(rows), "rows held"],
    [countOnPage(overdueRows), overdueRows === 0 ? "rows due: none" : "rows due now"],
    [next === undefined ? "-" : timeOnPage(next), next !== undefined && Date.parse(next) <= Date.parse(at) ? "due since" : "next to go"],
  ];
  return `<ul class="cards">${entries.map(([value, label]) => `<li><b>${value}</b><span class="soft">${label}</span></li>`).join("")}</ul>`;
}

function lineTable({ lines, moreLines }: RetentionReport): string {
  if (lines.length === 0) return `<p class="soft">Nothing is held.</p>`;
  const head = ["Until", "What", "Account", "Where", "Rows", "Why"];
  const more = moreLines === 0 ? "" : `<p class="soft">And ${many(moreLines, "line", "lines")} more: the whole list is in the JSON form of the report.</p>`;
  return `${tableOf(head, lines.map(lineRow), [4])}${more}`;
}

function lineRow(line: ReportLine): string {
  const hidden = line.hiddenFrom.length === 0 ? "" : ` <span class="tag">hidden from ${escapeText(line.hiddenFrom.join(", "))}</span>`;
  const until = line.until === null ? "not by time" : `${timeOnPage(line.until)}${line.overdue ? ' <span class="due">due</span>' : ""}`;
  const cells = [
    `<td class="when">${until}</td>`,
    `<td>${escapeText(line.title)}${hidden}</td>`,
    `<td class="id">${escapeText(line.accountId ?? "-")}</td>`,
    `<td class="id">${escapeText(line.record)}</td>`,
    `<td class="number">${countOnPage(line.rows)}</td>`,
    `<td>${escapeText(line.reason)} <span class="tag">${escapeText(line.rule)}</span></td>`,
  ];
  return `<tr${line.overdue ? ' class="over"' : ""}>${cells.join("")}</tr>`;
}

function erasureTable(erasures: readonly ReportErasure[]): string {
  const states: Record<ReportErasure["state"], string> = { running: "under way", "waiting-for-hold": "waits for a legal hold", done: "done" };
  const rows = erasures.map(({ id, accountId, requestedAt, state, openItems }) => {
    const open = openItems.length === 0 ? "everybody was told" : `to be told: ${escapeText(openItems.join(", "))}`;
    return `<tr><td class="id">${escapeText(id)}</td><td class="id">${escapeText(accountId)}</td><td class="when">${timeOnPage(requestedAt)}</td><td>${states[state]}</td><td>${open}</td></tr>`;
  });
  return tableOf(["Request", "Account", "Asked for", "State", "Systems outside"], rows, []);
}

function rulesTable({ policy }: RetentionReport): string {
  const cells = (row: { data: string; clock: string; period: string; rule: string }): string => [row.data, row.clock, row.period].map((text) => `<td>${escapeText(text)}</td>`).join("");
  const rows = policyTable(policy).map((row) => `<tr>${cells(row)}<td><span class="tag">${escapeText(row.rule)}</span></td></tr>`);
  return tableOf(["Data", "Clock starts", "Period", "Rule"], rows, []);
}

function tableOf(head: readonly string[], rows: readonly string[], numbers: readonly number[]): string {
  const names = head.map((name, index) => `<th scope="col"${numbers.includes(index) ? ' class="number"' : ""}>${name}</th>`).join("");
  return `<div class="scroll"><table><thead><tr>${names}</tr></thead><tbody>\n${rows.join("\n")}\n</tbody></table></div>`;
}

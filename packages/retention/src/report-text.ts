import type { RetentionReport } from "./report.ts";

/** The report as plain text, one class a paragraph. */
export function reportText(report: RetentionReport): string {
  const { organizationId, at, policy, overdueRows, clock } = report;
  const lines = [`What the organization ${organizationId} holds at ${at}, under the policy "${policy.name}"`, ""];
  if (clock.held) lines.push(`The clock jumped (last seen ${clock.lastSeen ?? "never"}): nothing is removed until it is confirmed.`, "");
  for (const one of report.classes) {
    lines.push(`${one.title} (${one.class}): ${one.rows === 0 ? "nothing" : `${one.rows} rows`}${one.accounts === 0 ? "" : ` of ${one.accounts} accounts`}`);
    if (one.oldest !== null) lines.push(`  oldest: ${one.oldest.reason} [${one.oldest.rule}]`);
    if (one.nextDue !== null) lines.push(`  next to go: ${one.nextDue}${one.overdueRows > 0 ? `; ${one.overdueRows} rows are due now` : ""}`);
    if (one.note !== null) lines.push(`  ${one.note}`);
  }
  lines.push("", overdueRows === 0 ? "Nothing is due." : `${overdueRows} rows are due. Remove them with: kalends retention run`);
  for (const { id, accountId, state, requestedAt, openItems } of report.erasures) {
    const open = openItems.length === 0 ? "" : `; to be told: ${openItems.join(", ")}`;
    lines.push(`Erasure ${id} of ${accountId}, asked for ${requestedAt}: ${state}${open}`);
  }
  return `${lines.join("\n")}\n`;
}

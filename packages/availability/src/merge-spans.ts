import type { BusyKind, BusySpan } from "@kalends/model";

/**
 * Joins spans of the same kind that overlap or touch; spans of different kinds are left side by side, even where they overlap.
 * Spans are half-open; empty and reversed ones are dropped. The result is new, ordered by `from`, then by the kind's name.
 */
export function mergeSpans(spans: readonly BusySpan[]): BusySpan[] {
  const byKind = new Map<BusyKind, BusySpan[]>();
  for (const span of spans) {
    if (!(span.from < span.to)) continue;
    const list = byKind.get(span.kind);
    if (list) list.push(span);
    else byKind.set(span.kind, [span]);
  }
  const merged: BusySpan[] = [];
  for (const list of byKind.values()) mergeOneKind(list, merged);
  return merged.sort((one, other) => one.from - other.from || (one.kind < other.kind ? -1 : 1));
}

function mergeOneKind(list: BusySpan[], merged: BusySpan[]): void {
  list.sort((one, other) => one.from - other.from);
  let open: BusySpan | null = null;
  for (const span of list) {
    if (open && span.from <= open.to) {
      if (span.to > open.to) open.to = span.to;
      continue;
    }
    open = { kind: span.kind, from: span.from, to: span.to };
    merged.push(open);
  }
}

import type { BusyKind, BusySpan } from "@kalends/model";
import { mergeSpans } from "./merge-spans.ts";

/** What is left of spans where others of the same kind are taken away. Merged and ordered as by `mergeSpans`. */
export function subtractSpans(spans: readonly BusySpan[], taken: readonly BusySpan[]): BusySpan[] {
  const takenByKind = new Map<BusyKind, BusySpan[]>();
  for (const span of mergeSpans(taken)) {
    const list = takenByKind.get(span.kind);
    if (list === undefined) takenByKind.set(span.kind, [span]);
    else list.push(span);
  }
  const left: BusySpan[] = [];
  const next = new Map<BusyKind, number>();
  for (const { kind, from, to } of mergeSpans(spans)) {
    const list = takenByKind.get(kind) ?? [];
    // Both are in order, so what ends before this span is of no use to the ones behind it either.
    let at = next.get(kind) ?? 0;
    while (at < list.length && (list[at] as BusySpan).to <= from) at += 1;
    next.set(kind, at);
    let start = from;
    for (; at < list.length && (list[at] as BusySpan).from < to; at += 1) {
      const cut = list[at] as BusySpan;
      if (start < cut.from) left.push({ kind, from: start, to: cut.from });
      start = Math.max(start, cut.to);
    }
    if (start < to) left.push({ kind, from: start, to });
  }
  return left.sort((one, other) => one.from - other.from || (one.kind < other.kind ? -1 : 1));
}

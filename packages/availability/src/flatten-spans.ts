import type { BusyKind, BusySpan, TimeRange } from "@kalends/model";

/**
 * Which kind counts where kinds overlap, strongest first. `unknown` stands above `tentative`, because time of which nothing is
 * known must not look better than time that is perhaps taken. `free` never counts.
 */
export const busyPrecedence: readonly BusyKind[] = ["out-of-office", "busy", "unknown", "tentative", "working-elsewhere"];

interface Edge {
  at: number;
  rank: number;
  /** +1 where a span begins, -1 where it ends. */
  step: number;
}

/**
 * One line of disjoint, ordered spans inside `range`: at every instant the strongest kind of `busyPrecedence` that any span
 * states there. Neighbours of the same kind are joined; spans are cut at the edges of the range.
 */
export function flattenSpans(spans: Iterable<BusySpan>, range: TimeRange): BusySpan[] {
  const edges: Edge[] = [];
  for (const span of spans) {
    const rank = busyPrecedence.indexOf(span.kind);
    const from = Math.max(span.from, range.from);
    const to = Math.min(span.to, range.to);
    if (rank < 0 || !(from < to)) continue;
    edges.push({ at: from, rank, step: 1 }, { at: to, rank, step: -1 });
  }
  edges.sort((one, other) => one.at - other.at);

  const open: number[] = busyPrecedence.map(() => 0);
  const flat: BusySpan[] = [];
  let last: BusySpan | undefined;
  for (let next = 0; next < edges.length; ) {
    const at = edges[next]!.at;
    for (; next < edges.length && edges[next]!.at === at; next += 1) open[edges[next]!.rank]! += edges[next]!.step;
    const kind: BusyKind | undefined = busyPrecedence[open.findIndex((count) => count > 0)];
    if (last?.kind === kind) continue;
    if (last) last.to = at;
    last = kind && { kind, from: at, to: at };
    if (last) flat.push(last);
  }
  return flat;
}

import type { BusyKind, BusySpan, TimeRange } from "@kalends/model";

/**
 * Which kind counts where kinds overlap, strongest first. `unknown` stands above `tentative`, because time of which nothing is
 * known must not look better than time that is perhaps taken. `free` never counts.
 */
export const busyPrecedence: readonly BusyKind[] = ["out-of-office", "busy", "unknown", "tentative", "working-elsewhere"];

const rankOf: ReadonlyMap<string, number> = new Map(busyPrecedence.map((kind, rank) => [kind, rank]));

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
  const line: BusySpan[] = [];
  let inOrder = true;
  let last: BusySpan | undefined;
  for (const { kind, from: start, to: end } of spans) {
    const from = Math.max(start, range.from);
    const to = Math.min(end, range.to);
    if (!rankOf.has(kind) || !(from < to)) continue;
    // Stored spans of one calendar are nearly always apart and in order already: then joining neighbours is all there is to do.
    if (inOrder && last !== undefined && last.to === from && last.kind === kind) {
      last.to = to;
      continue;
    }
    inOrder &&= last === undefined || last.to <= from;
    line.push((last = { kind, from, to }));
  }
  return inOrder ? line : sweep(line);
}

/** The strongest kind at every instant, from spans in any order. */
function sweep(spans: readonly BusySpan[]): BusySpan[] {
  const edges: Edge[] = [];
  for (const { kind, from, to } of spans) {
    const rank = rankOf.get(kind) as number;
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

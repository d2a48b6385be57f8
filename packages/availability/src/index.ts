export * from "./busy-kind-of.ts";
export * from "./merge-spans.ts";
export * from "./subtract-spans.ts";
export * from "./flatten-spans.ts";
export * from "./freshness-of.ts";
export * from "./free-busy-answer.ts";
export * from "./answer-free-busy.ts";
export * from "./format-free-busy-table.ts";

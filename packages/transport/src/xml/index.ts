export * from "./open-xml.ts";
export * from "./xml-element.ts";
export * from "./xml-limits.ts";
export * from "./escape-xml.ts";

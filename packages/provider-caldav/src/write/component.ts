import { makeContentLine, readContentLines, type ContentLine } from "./content-line.ts";

/** A component of an iCalendar text: lines and inner components in their order. */
export interface Component {
  /** Upper-case. */
  name: string;
  begin: ContentLine;
  end: ContentLine;
  parts: (ContentLine | Component)[];
}

/** Takes a text apart; what stands outside of every component, or does not close, is `null`. */
export function readComponents(text: string): Component[] | null {
  const roots: Component[] = [];
  const open: Component[] = [];
  for (const line of readContentLines(text)) {
    const current = open.at(-1);
    if (line.name === "BEGIN") {
      const component: Component = { name: line.value.trim().toUpperCase(), begin: line, end: line, parts: [] };
      (current === undefined ? roots : current.parts).push(component);
      open.push(component);
    } else if (current === undefined) {
      return null;
    } else if (line.name === "END") {
      if (line.value.trim().toUpperCase() !== current.name) return null;
      current.end = line;
      open.pop();
    } else {
      current.parts.push(line);
    }
  }
  return open.length === 0 && roots.length > 0 ? roots : null;
}

/** The text of components; lines that were not touched come out as they came in. */
export function writeComponents(components: readonly Component[]): string {
  return components.map(writeComponent).join("");
}

export function isComponent(part: ContentLine | Component): part is Component {
  return "parts" in part;
}

export function linesOf(component: Component): ContentLine[] {
  return component.parts.filter((part): part is ContentLine => !isComponent(part));
}

export function componentsOf(component: Component, name: string): Component[] {
  return component.parts.filter((part): part is Component => isComponent(part) && part.name === name);
}

/** Value of a component's first line of that name. */
export function valueOf(component: Component, name: string): string | null {
  return linesOf(component).find((line) => line.name === name)?.value ?? null;
}

/** Puts lines in the place of all lines for which `takesOut` holds; behind the other lines where there were none. */
export function replaceLines(component: Component, takesOut: (line: ContentLine) => boolean, lines: readonly ContentLine[]): void {
  const isOut = (part: ContentLine | Component): boolean => !isComponent(part) && takesOut(part);
  const first = component.parts.findIndex(isOut);
  const firstInner = component.parts.findIndex(isComponent);
  const at = first >= 0 ? first : firstInner >= 0 ? firstInner : component.parts.length;
  const before = component.parts.slice(0, at).filter((part) => !isOut(part));
  const after = component.parts.slice(at).filter((part) => !isOut(part));
  component.parts = [...before, ...lines, ...after];
}

/** Sets a line that stands once. */
export function setLine(component: Component, name: string, value: string): void {
  replaceLines(component, (line) => line.name === name, [makeContentLine(`${name}:${value}`)]);
}

function writeComponent(component: Component): string {
  const inner = component.parts.map((part) => (isComponent(part) ? writeComponent(part) : closed(part.raw))).join("");
  return closed(component.begin.raw) + inner + closed(component.end.raw);
}

/** The last line of a text may lack its line end. */
function closed(raw: string): string {
  return /[\r\n]$/.test(raw) ? raw : `${raw}\r\n`;
}

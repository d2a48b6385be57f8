import { badParameter } from "./google-refused.ts";

/** Reads query parameters as their declared types. Refuses with 400 what does not fit. */
export class Query {
  private readonly params: URLSearchParams;

  constructor(params: URLSearchParams) {
    this.params = params;
  }

  has(name: string): boolean {
    return this.params.has(name);
  }

  text(name: string): string | null {
    return this.params.get(name);
  }

  all(name: string): string[] {
    return this.params.getAll(name);
  }

  flag(name: string): boolean | null {
    const value = this.params.get(name);
    if (value === null) return null;
    if (value !== "true" && value !== "false") throw badParameter(name, `Invalid boolean value: '${value.slice(0, 40)}'.`, "invalidParameter");
    return value === "true";
  }

  /** A whole number from `least` on, cut down to `most`. */
  size(name: string, byDefault: number, most: number): number {
    const value = this.params.get(name);
    if (value === null) return byDefault;
    if (!/^\d{1,9}$/.test(value) || Number(value) < 1) {
      throw badParameter(name, `Invalid integer value: '${value.slice(0, 40)}'. Value must be at least 1.`, "invalidParameter");
    }
    return Math.min(most, Number(value));
  }

  /** An RFC 3339 instant with an offset, in ms. */
  instant(name: string): number | null {
    const value = this.params.get(name);
    if (value === null) return null;
    const at = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/i.test(value) ? Date.parse(value) : Number.NaN;
    if (Number.isNaN(at)) throw badParameter(name, "Bad Request", "badRequest");
    return at;
  }

  oneOf(name: string, values: readonly string[]): string | null {
    const value = this.params.get(name);
    if (value !== null && !values.includes(value)) throw badParameter(name, `Invalid string value: '${value.slice(0, 40)}'.`, "invalidParameter");
    return value;
  }

  /** The named parameters as one text, for comparing two requests. */
  fingerprint(names: readonly string[]): string {
    return names.map((name) => `${name}=${[...this.params.getAll(name)].sort().join(",")}`).join("&");
  }
}

import { errorTable, type ErrorCode, type StatusError } from "@kalends/model";

export function toStatusError(code: string): StatusError;
export function toStatusError(code: string | null): StatusError | null;
/** A stored code with its remedy. One that this version does not know reads as `internal`. */
export function toStatusError(code: string | null): StatusError | null {
  if (code === null) return null;
  const known = code in errorTable ? (code as ErrorCode) : "internal";
  return { code: known, remedy: errorTable[known].remedy, docs: `reference/errors.md#${known}` };
}

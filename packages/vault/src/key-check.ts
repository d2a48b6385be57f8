import type { WrappedDataKey } from "@kalends/model";
import { envelopeUnknown } from "./envelope.ts";

/** A wrapped data key that nothing is sealed under: whoever can unwrap it has the key of the database. */
export function formatKeyCheck({ keyId, wrapped }: WrappedDataKey): string {
  return JSON.stringify({ keyId, wrapped: Buffer.from(wrapped).toString("base64url") });
}

/** Throws `envelope-unknown` for another form. */
export function parseKeyCheck(text: string): WrappedDataKey {
  let parsed: unknown = null;
  try {
    parsed = JSON.parse(text);
  } catch {
    // Falls through to the check of the form.
  }
  const { keyId, wrapped } = (typeof parsed === "object" && parsed !== null ? parsed : {}) as Record<string, unknown>;
  if (typeof keyId !== "string" || typeof wrapped !== "string") throw envelopeUnknown();
  return { keyId, wrapped: Buffer.from(wrapped, "base64url") };
}

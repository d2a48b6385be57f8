import { ScimRefusal } from "./scim-answer.ts";

const mostBytes = 1024 * 1024;

/** A request's JSON object. Throws `invalidSyntax`, and 413 where it is larger than 1 MiB. */
export async function readScimBody(request: Request): Promise<object> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (type !== "application/scim+json" && type !== "application/json") throw new ScimRefusal(415, null, "The body must be application/scim+json");
  const text = await readText(request);
  let parsed: unknown;
  try {
    // No value is the same as not there (RFC 7643 section 2.5).
    parsed = JSON.parse(text, (name, value: unknown) => (name === "__proto__" || value === null ? undefined : value));
  } catch {
    throw new ScimRefusal(400, "invalidSyntax", "The body is no JSON");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw new ScimRefusal(400, "invalidSyntax", "The body must be an object");
  return parsed;
}

async function readText(request: Request): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let bytes = 0;
  try {
    for await (const part of request.body ?? []) {
      bytes += part.byteLength;
      if (bytes > mostBytes) throw new ScimRefusal(413, null, "The body is larger than 1 MiB");
      text += decoder.decode(part, { stream: true });
    }
    return text + decoder.decode();
  } catch (thrown) {
    if (thrown instanceof ScimRefusal) throw thrown;
    throw new ScimRefusal(400, "invalidSyntax", "The body could not be read as UTF-8");
  }
}

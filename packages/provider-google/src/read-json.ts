import { KalendsError, type HttpResponse } from "@kalends/model";
import { readText } from "@kalends/transport";
import { asRecord, type JsonRecord } from "./json-shape.ts";

/**
 * The JSON object that a good answer holds. Throws `not-calendar-data` for pages and empty answers, `response-incomplete` for JSON that was
 * cut off, `answer-invalid` for other JSON, and what reading the body throws.
 */
export async function readJson(response: HttpResponse): Promise<JsonRecord> {
  const text = (await readText(response)).trim();
  if (text === "" || text.startsWith("<")) {
    const kind = text === "" ? "an empty body" : "a web page";
    throw new KalendsError("not-calendar-data", `Google's service was answered for with ${kind} (${response.status})`);
  }
  const value = parse(text);
  const record = asRecord(value);
  if (record === null) throw new KalendsError("answer-invalid", `Google answered ${response.status} with something else than a JSON object`);
  return record;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // An object without its last brace was cut off on the way; the parser's own message would repeat parts of the body.
    if (text.startsWith("{") && !text.endsWith("}")) throw new KalendsError("response-incomplete", "Google's answer ends in the middle of its JSON");
    throw new KalendsError("answer-invalid", "Google's answer is no valid JSON");
  }
}

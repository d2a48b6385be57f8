import { KalendsError, type HttpResponse } from "@kalends/model";
import { readText } from "@kalends/transport";

/**
 * The text of an item that a GET handed out. Inside a multiget the XML vouches for the whole; a plain body that stops early is no fault of
 * the item, and must never be read, or changed and written back, as if it were all of it. Throws `answer-invalid`.
 */
export async function readItemText(response: HttpResponse): Promise<string> {
  const text = await readText(response);
  if (!/END:VCALENDAR\s*$/i.test(text)) throw new KalendsError("answer-invalid", "The item's text stops before its end");
  return text;
}

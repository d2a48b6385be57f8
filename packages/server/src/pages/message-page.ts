import type { KalendsError } from "@kalends/model";
import { answer } from "../http/answers.ts";
import { escapeHtml } from "../http/escape-html.ts";

/** A page of one heading and one sentence. No script, no style, nothing loaded. */
export function messagePage(status: number, heading: string, sentence: string): Response {
  const [title, text] = [escapeHtml(heading), escapeHtml(sentence)];
  const html =
    `<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title></head>\n` +
    `<body><main><h1>${title}</h1><p>${text}</p></main></body>\n</html>\n`;
  return answer(status, html, { "content-type": "text/html; charset=utf-8" });
}

/** What went wrong before anybody was sent anywhere. Says the remedy, and nothing that the request brought. */
export function problemPage(error: KalendsError): Response {
  if (error.code === "not-found" || error.code === "provider-unknown") return messagePage(404, "Not found", "There is nothing to connect here.");
  if (error.code === "invalid-argument") return messagePage(400, "Unclear request", "The request cannot be understood.");
  return messagePage(error.failure === "transient" ? 503 : 500, "Not now", error.remedy);
}

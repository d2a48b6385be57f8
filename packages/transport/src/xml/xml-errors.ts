import { KalendsError } from "@kalends/model";

export function malformed(what: string): KalendsError {
  return new KalendsError("answer-invalid", `The XML answer is not usable: ${what}`);
}

export function overLimit(what: string): KalendsError {
  return new KalendsError("answer-invalid", `The XML answer goes over a limit: ${what}`);
}

export function cutShort(): KalendsError {
  return new KalendsError("response-incomplete", "The XML answer ended before its document element was closed");
}

export function notXml(): KalendsError {
  return new KalendsError("not-calendar-data", "The server answered with a web page or other text instead of XML");
}

import { errorTable, type ErrorCode } from "@kalends/model";
import { onlyValue } from "../http/only-value.ts";
import { messagePage } from "./message-page.ts";

/** `GET /result?connect=`: how connecting ended, for applications that name no page of their own. Only outcomes that exist are shown. */
export function resultPage(request: Request): Response {
  const outcome = onlyValue(new URL(request.url).searchParams, "connect") ?? "";
  if (outcome === "connected") return messagePage(200, "Connected", "The calendars are being read. You can close this page.");
  if (!Object.hasOwn(errorTable, outcome)) return messagePage(404, "Not found", "There is no such result.");
  return messagePage(200, "Not connected", errorTable[outcome as ErrorCode].remedy);
}

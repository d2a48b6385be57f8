import { KalendsError } from "@kalends/model";

/** The one answer for every value that does not open; it tells neither what is wrong nor whose value it is. */
export function openFailed(): KalendsError {
  return new KalendsError("open-failed", "A sealed value could not be opened");
}

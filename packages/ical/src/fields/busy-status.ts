import type { BusyKind } from "@kalends/model";
import type { EventField } from "./event-field.ts";

const kinds: ReadonlyMap<string, BusyKind> = new Map([
  ["FREE", "free"],
  ["TENTATIVE", "tentative"],
  ["BUSY", "busy"],
  ["OOF", "out-of-office"],
  ["WORKINGELSEWHERE", "working-elsewhere"],
]);

const words = new Map([...kinds].map(([word, kind]) => [kind, word]));

/** X-MICROSOFT-CDO-BUSYSTATUS (MS-OXCICAL section 2.1.3.1.1.20.31): Exchange's own free-busy word. */
export const busyStatusField: EventField = {
  names: ["X-MICROSOFT-CDO-BUSYSTATUS"],
  many: false,
  read: (property, event, context) => {
    const kind = kinds.get(property.value.trim().toUpperCase());
    if (kind === undefined) context.warn(property, "value-ignored", "an unknown busy status was ignored");
    else event.showAs = kind;
  },
  write: ({ showAs }) => {
    const word = showAs === undefined ? undefined : words.get(showAs);
    return word === undefined ? [] : [`X-MICROSOFT-CDO-BUSYSTATUS:${word}`];
  },
};

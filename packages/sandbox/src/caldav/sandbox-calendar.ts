import { writeCalendar } from "@kalends/ical";
import { KalendsError, type CalendarObject } from "@kalends/model";
import { factsOrNull, type CalendarStore } from "./calendar-store.ts";
import type { CaldavState, UserState } from "./caldav-state.ts";
import { calendarPath, encodeSegment } from "./resource-paths.ts";

/** The in-process hand on one calendar: edits appear to clients as those of another client. */
export interface SandboxCalendar {
  /** Name in the path. */
  readonly name: string;
  /** Absolute address. */
  readonly url: string;
  readonly displayName: string;
  /** Number of members. */
  readonly size: number;
  /** File names of all members, in the order of their last change. */
  names(): string[];
  /**
   * Creates or replaces the object of that UID under the file name `UID.ics`, or under the name that holds the UID already.
   * A text is stored as it is, broken or not: this is how a bad object is planted. Returns its ETag.
   */
  put(uid: string, content: string | CalendarObject, options?: { fileName?: string }): string;
  /** The stored text, or `null`. */
  read(uid: string): string | null;
  /** Removes the object of that UID; `false` where there was none. */
  remove(uid: string): boolean;
  /** Changes the name that clients show. The address stays. */
  rename(displayName: string): void;
  setReadOnly(readOnly: boolean): void;
  /** Makes every sync token handed out so far invalid. */
  expireTokens(): void;
}

/** Wraps a stored calendar. */
export function sandboxCalendar(state: CaldavState, url: string, user: UserState, name: string, store: CalendarStore): SandboxCalendar {
  const fileOf = (uid: string): string => store.nameOfUid(uid) ?? `${uid}.ics`;
  return {
    name,
    url: new URL(calendarPath(user, name), url).href,
    get displayName() {
      return store.properties.displayName;
    },
    get size() {
      return store.size;
    },
    names: () => Array.from(store.all(), (member) => member.name),
    put(uid, content, options = {}) {
      if (uid === "") throw new KalendsError("invalid-argument", "A calendar object needs a UID");
      const fileName = options.fileName ?? fileOf(uid);
      if (encodeSegment(fileName).length > 1_000) throw new KalendsError("invalid-argument", "The file name is too long");
      const text = typeof content === "string" ? content : writeCalendar([content]);
      return store.put(fileName, text, factsOrNull(text), state.clock.now()).etag;
    },
    read: (uid) => store.find(fileOf(uid))?.text ?? null,
    remove: (uid) => store.remove(fileOf(uid), state.clock.now()),
    rename(displayName) {
      store.properties.displayName = displayName;
      store.touchProperties();
    },
    setReadOnly(readOnly) {
      store.properties.readOnly = readOnly;
      store.touchProperties();
    },
    expireTokens: () => store.expireTokens(),
  };
}

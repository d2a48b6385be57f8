/** A calendar of a demo person: the name in its path and the one that people see. */
export interface DemoCalendarPlan {
  name: string;
  displayName: string;
  color: string;
}

/** One of the four people of the demo world. */
export interface DemoPersonPlan {
  /** Login name. */
  id: string;
  /** Where the person's calendars live. */
  provider: "caldav" | "google";
  name: string;
  zone: string;
  calendars: DemoCalendarPlan[];
}

const work = (color: string): DemoCalendarPlan => ({ name: "work", displayName: "Work", color });

export const demoPeople: readonly DemoPersonPlan[] = [
  {
    id: "ada",
    provider: "google",
    name: "Ada Osei",
    zone: "Europe/London",
    calendars: [work("#2563eb"), { name: "personal", displayName: "Personal", color: "#60a5fa" }],
  },
  { id: "bruno", provider: "caldav", name: "Bruno Carvalho", zone: "America/Sao_Paulo", calendars: [work("#0d9488")] },
  { id: "chie", provider: "caldav", name: "Chie Tanaka", zone: "Asia/Tokyo", calendars: [work("#c2410c")] },
  {
    id: "dana",
    provider: "google",
    name: "Dana Rivera",
    zone: "America/New_York",
    calendars: [work("#7c3aed"), { name: "family", displayName: "Family", color: "#a78bfa" }],
  },
];

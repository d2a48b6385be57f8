// The floor, and on top of it the bare cost of what Kalends owes and the floor leaves out: see `obligations.ts`. What Kalends spends beyond
// this is its own: real XML and iCalendar, hostile input, zones, recurrence, permissions, the guard, and overhead.
import { runFloor } from "../run-floor.ts";

await runFloor({ obliged: true });

export { movableClock, type MovableClock } from "./clock/movable-clock.ts";
export { seededRandom } from "./clock/seeded-random.ts";
export {
  startCaldavSandbox,
  type CaldavSandbox,
  type CaldavSandboxOptions,
  type SandboxUserOptions,
} from "./caldav/start-caldav-sandbox.ts";
export type { SandboxUser } from "./caldav/sandbox-user.ts";
export type { SandboxCalendar } from "./caldav/sandbox-calendar.ts";
export type { CaldavFeatures, NewCalendar } from "./caldav/caldav-state.ts";
export type { FaultScript, ScriptedFault } from "./caldav/scripted-faults.ts";
export type { LoggedRequest } from "./caldav/request-log.ts";
export { createDemoWorld, type DemoPerson, type DemoWorld, type DemoWorldOptions } from "./world/create-demo-world.ts";

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
export type { CaldavFeatures, NewCalendar, SandboxInvitation } from "./caldav/caldav-state.ts";
export type { FaultScript, ScriptedFault } from "./serving/scripted-faults.ts";
export type { LoggedRequest } from "./caldav/logged-request.ts";
export { createDemoWorld, type DemoPerson, type DemoWorld, type DemoWorldOptions } from "./world/create-demo-world.ts";
export { startGoogleSandbox, type GoogleEndpoints, type GoogleSandbox } from "./google/start-google-sandbox.ts";
export type { GoogleClientOptions, GoogleSandboxOptions, GoogleUserOptions } from "./google/google-options.ts";
export type { ConsentChoice } from "./google/consent-to.ts";
export type { AccessRole, CalendarDetails } from "./google/calendars/calendar-store.ts";
export type { ClientState, GoogleFeatures, SandboxMail } from "./google/google-state.ts";
export type { GoogleExchange, GoogleLoggedRequest } from "./google/logged-request.ts";
export type { Notification, OpenChannel, SendNotification } from "./google/push/hub.ts";
export type { NotificationFault } from "./google/push/notification-script.ts";
export type { QuotaCounters, QuotaOptions } from "./google/quota.ts";
export type { GoogleCalendar } from "./google/sandbox-google-calendar.ts";
export type { GoogleUser } from "./google/sandbox-google-user.ts";
export type { ServiceAccountKey, ServiceAccountOptions } from "./google/service-account.ts";
export type { EventAttendee, EventBody, EventDateTime, EventPerson, EventResource } from "./google/wire.ts";

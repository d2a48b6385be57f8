import type { CaldavPreset } from "./caldav-preset.ts";

export const google: CaldavPreset = {
  name: "google",
  title: "Google Calendar (CalDAV)",
  url: "https://apidata.googleusercontent.com/caldav/v2/{user}/user",
  mailDomains: ["gmail.com", "googlemail.com"],
  paths: [],
  login: "oauth",
  trustedSites: ["googleusercontent.com"],
  passwordRemedy: "Google takes no passwords over CalDAV: connect with OAuth, or with the Google provider.",
  batchSize: 50,
  pacing: { parallel: 2, gapMs: 0 },
  sendsInvitations: true,
  cannot: [
    "It takes OAuth tokens only; no password works, not even an app password.",
    "Calendars cannot be made or removed over CalDAV.",
    "It gives no ETag when an event is written, and does not promise to honour If-None-Match; Kalends chooses a random name and reads back.",
    "Its lists of changes of large calendars come in parts.",
    "It lists events now and then that it does not hand out; those are set aside and tried again.",
    "It has no free-busy over CalDAV; Kalends computes free-busy from the events.",
  ],
};

import type { CaldavPreset } from "./caldav-preset.ts";

export const fastmail: CaldavPreset = {
  name: "fastmail",
  title: "Fastmail",
  url: "https://caldav.fastmail.com/",
  mailDomains: ["fastmail.com", "fastmail.fm", "fastmail.net", "fastmail.org", "sent.com", "messagingengine.com"],
  paths: [],
  login: "app-password",
  trustedSites: ["fastmail.com"],
  passwordRemedy: "Fastmail needs an app password with access to calendars: make one under Settings, Privacy & Security, App passwords, and connect again.",
  batchSize: null,
  pacing: { parallel: 4, gapMs: 0 },
  sendsInvitations: true,
  cannot: [
    "It takes app passwords only.",
    "It sends invitations itself when an event with attendees is written; `notify: false` keeps it from that.",
    "It refuses events without an end or of no length.",
    "It gives no ETag for events with attendees when they are written; Kalends reads them back.",
    "Its answers to time-range questions are not relied on.",
  ],
};

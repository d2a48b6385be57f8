import type { CaldavPreset } from "./caldav-preset.ts";

export const mailboxOrg: CaldavPreset = {
  name: "mailbox-org",
  title: "mailbox.org",
  url: "https://dav.mailbox.org/",
  mailDomains: ["mailbox.org"],
  paths: ["/caldav/"],
  login: "password",
  trustedSites: ["mailbox.org"],
  passwordRemedy: "With two-step login mailbox.org needs an app password: make one under Settings, Security, Application passwords, and connect again.",
  batchSize: null,
  pacing: { parallel: 2, gapMs: 0 },
  sendsInvitations: null,
  cannot: [
    "Events outside of a window that moves with today are not listed; Kalends cannot see them.",
    "Tasks lie in a folder of their own.",
    "A calendar's name cannot be changed over CalDAV.",
    "It has no free-busy over CalDAV; Kalends computes free-busy from the events.",
  ],
};

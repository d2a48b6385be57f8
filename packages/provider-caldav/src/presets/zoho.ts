import type { CaldavPreset } from "./caldav-preset.ts";

export const zoho: CaldavPreset = {
  name: "zoho",
  title: "Zoho Calendar",
  url: "https://calendar.zoho.com/",
  mailDomains: ["zoho.com", "zohomail.com"],
  paths: ["/caldav/", "/caldav/{user}/"],
  login: "app-password",
  trustedSites: ["zoho.com"],
  passwordRemedy: "Zoho needs an application-specific password: make one at accounts.zoho.com (Security, App passwords) and connect again.",
  batchSize: 100,
  pacing: { parallel: 2, gapMs: 0 },
  sendsInvitations: null,
  cannot: [
    "It takes application-specific passwords only.",
    "Accounts of the European or another region have an address of their own, such as calendar.zoho.eu; enter it.",
    "It hands out 1,000 events per request at most and says nothing of the rest; Kalends asks for fewer and counts.",
    "It answers some faults with HTML pages; those are never taken for calendar data.",
  ],
};

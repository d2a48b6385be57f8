/** What Google's Calendar API does not give, whoever asks: shown by `kalends doctor`. */
export const googleLimits: readonly string[] = [
  "Google tells of calendars shared as free/busy only when they are busy, without titles, and with no word for tentative",
  "Google's tasks are in another API and do not count as busy",
  "Calendars of holidays and birthdays are polled: Google sends no notifications for them",
];

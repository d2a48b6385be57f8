/** Version of the time zone data that this Node was built with or was given, such as `2025b`; `undefined` where it has none. */
export function zoneDataVersion(): string | undefined {
  return process.versions["tz"];
}

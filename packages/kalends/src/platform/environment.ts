/** The environment variables that Kalends reads. Nothing else looks at `process.env`. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}

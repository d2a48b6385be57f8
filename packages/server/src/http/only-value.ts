/** The value of a parameter that stands in the query exactly once (RFC 6749 section 3.1: parameters must not be repeated). */
export function onlyValue(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  return values.length === 1 ? values[0] : undefined;
}

/** Text pairs back from their JSON. Their keys come from outside, so nothing is looked up on a prototype: JSON.parse defines own properties only. */
export function readTexts(json: string): Record<string, string> {
  const pairs = JSON.parse(json) as Record<string, string>;
  return Object.assign(Object.create(null) as Record<string, string>, pairs);
}

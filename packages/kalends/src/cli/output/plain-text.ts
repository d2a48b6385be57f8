/** Text from outside as a terminal may show it: control characters become question marks, so that a name cannot steer the terminal. */
export function plainText(text: string): string {
  return text.replace(/\p{C}/gu, "?");
}

/** What came from the traffic, made safe for a terminal: it obeys control characters, and what is no ASCII it shows as it likes. */

/** Printable ASCII stays; each other UTF-16 unit becomes its `\uXXXX`, as in JSON. */
export function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

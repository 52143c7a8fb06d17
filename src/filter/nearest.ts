/** The name that somebody who mistyped one most likely meant. */

/** Longer texts are compared by their beginning: no name is that long. */
const LENGTH_MAX = 32

export function nearest(text: string, names: readonly string[]): string | undefined {
  const written = text.slice(0, LENGTH_MAX).toLowerCase()
  const [first] = names
    .map((name) => ({ name, distance: distance(written, name.toLowerCase()) }))
    // Further away than half the name is a guess, not a help.
    .filter((each) => each.distance <= each.name.length / 2)
    .toSorted((a, b) => a.distance - b.distance)
  return first?.name
}

/** Levenshtein's: how many letters to add, take away or change. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at)
  for (const [at, letter] of [...from].entries()) {
    const next = [at + 1]
    for (const [to_, other] of [...to].entries()) {
      const changed = (row[to_] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(changed, (row[to_ + 1] ?? 0) + 1, (next[to_] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}

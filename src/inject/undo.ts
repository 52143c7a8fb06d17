/** What the marker says was changed, taken back. What somebody has changed since stays, and is told. */
import { Cursor, type Source } from './cursor.ts'
import { MARKER_PATH, type Marker, parseMarker, pathOf, valueOfRaw } from './marker.ts'
import { isEmpty, type Path, REMOVED, sameValue, valueAt, withValue } from './value.ts'

export interface Undone {
  readonly value: unknown
  /** By path in the object: the text as it was. */
  readonly raws: ReadonlyMap<Path, string>
  readonly notes: readonly string[]
}

/** Undefined where nothing was injected, or where the marker can't be read, which is a problem. */
export function undo(root: Cursor): Undone | undefined {
  const text = valueAt(root.value, MARKER_PATH)
  if (text === undefined) return undefined
  const marker = parseMarker(text)
  if (marker !== undefined) return undone(root.source, root.value, marker)
  new Cursor(root.source, MARKER_PATH, text).refuse(
    'is not what inject has written',
    'Take podspan and this annotation out by hand',
  )
  return undefined
}

function undone(source: Source, before: unknown, { added, created, was }: Marker): Undone {
  const raws = new Map<Path, string>()
  const notes: string[] = []
  let value = withValue(before, MARKER_PATH, REMOVED)
  for (const name of added) {
    const path = pathOf(before, name)
    if (path === undefined || valueAt(value, path) === undefined)
      notes.push(`${source.label}: ${name} is not there any more`)
    else value = withValue(value, path, REMOVED)
  }
  // What was made last is inside of what was made before.
  for (const name of created.toReversed()) {
    const path = pathOf(before, name)
    if (path !== undefined && isEmpty(valueAt(value, path))) value = withValue(value, path, REMOVED)
  }
  for (const [name, [raw, now]] of Object.entries(was)) {
    const path = pathOf(before, name)
    const there = path === undefined ? undefined : valueAt(value, path)
    const old = valueOfRaw(raw)
    if (path !== undefined && old !== undefined && (sameValue(there, now) || (now === null && isEmpty(there)))) {
      value = withValue(value, path, old.value)
      raws.set(path, raw)
    } else if (!(now === null && there !== undefined))
      notes.push(`${source.label}: ${name} was changed since, and stays`)
  }
  return { value, raws, notes }
}

/**
 * The annotation that says what was changed in an object, so that it can be taken back: what was added, which lists and maps were made for
 * it, and what stood where something else stands now.
 */
import { parse } from 'yaml'
import { isRecord, type Path, valueAt } from './value.ts'

/** A prefix and a name, as Kubernetes asks of annotations that are not the user's own. */
export const MARKER = 'podspan/injected'
export const MARKER_PATH: Path = ['metadata', 'annotations', MARKER]

/** Paths as texts: an item of a list goes by its name, or by its port, for others may be put before it. */
export interface Marker {
  /** Taken away whole. */
  readonly added: readonly string[]
  /** Made to hold what was added; taken away when nothing is left in them. */
  readonly created: readonly string[]
  /** The text behind a key, colon and all, and the value that came in its place. */
  readonly was: Readonly<Record<string, readonly [raw: string, now: unknown]>>
}

export function markerText(marker: Marker): string {
  const entries = Object.entries(marker).filter(([, part]) => Object.keys(part).length > 0)
  return JSON.stringify(Object.fromEntries(entries))
}

export function parseMarker(text: unknown): Marker | undefined {
  const marker = typeof text === 'string' ? jsonOf(text) : undefined
  if (!isRecord(marker)) return undefined
  const { added = [], created = [], was = {}, ...unknown } = marker
  if (Object.keys(unknown).length > 0) return undefined
  if (!isTexts(added) || !isTexts(created) || !isRecord(was)) return undefined
  const isReadable = Object.values(was).every(
    (pair) => Array.isArray(pair) && typeof pair[0] === 'string' && valueOfRaw(pair[0]) !== undefined,
  )
  return isReadable ? { added, created, was: was as Marker['was'] } : undefined
}

/** What stands behind a key, as a value: in a block or, as in JSON, in brackets. Undefined when it can't be read. */
export function valueOfRaw(raw: string): { readonly value: unknown } | undefined {
  for (const text of [`key${raw}`, `{"key"${raw}}`]) {
    const read = documentOf(text)
    if (isRecord(read) && Object.keys(read).join() === 'key') return { value: read.key }
  }
  return undefined
}

function documentOf(text: string): unknown {
  try {
    return parse(text, { version: '1.1', logLevel: 'error' })
  } catch {
    return undefined
  }
}

export function nameOf(value: unknown, path: Path): string {
  return path
    .map((key, at) => (typeof key === 'string' ? key : itemName(valueAt(value, path.slice(0, at + 1)))))
    .join('/')
}

/** Undefined when nothing of that name is there any more. */
export function pathOf(value: unknown, name: string): Path | undefined {
  const path: (string | number)[] = []
  for (const part of name.split('/')) {
    const inner = valueAt(value, path)
    const key = Array.isArray(inner) ? inner.findIndex((item) => itemName(item) === part) : part
    path.push(key)
    if (valueAt(value, path) === undefined) return undefined
  }
  return path
}

function itemName(item: unknown): string {
  return String(valueAt(item, ['name']) ?? valueAt(item, ['port']))
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

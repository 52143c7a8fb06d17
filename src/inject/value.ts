/** Plain values as YAML holds them, changed by copies: what is the same object is unchanged. Knows nothing of text. */

export type Path = readonly (string | number)[]

/** An item of a list, as Kubernetes has them. */
export type Named = { readonly name: string } & Readonly<Record<string, unknown>>

/** Stands in a list where an item was, so that the others keep their places until the text is changed. */
export const REMOVED: unique symbol = Symbol('removed')

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.prototype.toString.call(value) === '[object Object]'
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, key) => {
    const isThere = typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
    return isThere ? (inner as Readonly<Record<string | number, unknown>>)[key] : undefined
  }, value)
}

/** A copy with `leaf` at the path; REMOVED takes a key out of a map. All before the last key must be there. */
export function withValue(value: unknown, [key, ...rest]: Path, leaf: unknown): unknown {
  if (key === undefined) return leaf
  if (Array.isArray(value)) {
    const copy = [...value]
    copy[Number(key)] = withValue(value[Number(key)], rest, leaf)
    return copy
  }
  if (!isRecord(value)) throw new Error(`nothing to change at ${key}`)
  if (rest.length > 0 || leaf !== REMOVED) {
    const inner = withValue(Object.hasOwn(value, key) ? value[key] : undefined, rest, leaf)
    return { ...value, [key]: inner }
  }
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key))
}

/** A list or map with nothing in it. */
export function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((item) => item === REMOVED)
  return isRecord(value) && Object.keys(value).length === 0
}

/** Whether both say the same, REMOVED left out. Aliases make one object stand in many places: each pair is looked at once. */
export function sameValue(a: unknown, b: unknown, seen: Map<object, unknown> = new Map()): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (seen.get(a) === b) return true
  seen.set(a, b)
  if (Array.isArray(a) && Array.isArray(b)) {
    const [left, right] = [a, b].map((list) => list.filter((item) => item !== REMOVED))
    return left?.length === right?.length && left?.every((item, at) => sameValue(item, right?.[at], seen)) === true
  }
  // What is neither, such as a date, has no parts that we would change.
  if (!isRecord(a) || !isRecord(b)) return JSON.stringify(a) === JSON.stringify(b)
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key], b[key], seen))
  )
}

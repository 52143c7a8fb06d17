/** One object as it shall be, and what of it is new: the marker that will take it back comes out of the changes themselves. */
import { isPair, type Node, type Pair } from 'yaml'
import { Cursor, childOf, type Source } from './cursor.ts'
import { MARKER_PATH, type Marker, markerText, nameOf, pathOf } from './marker.ts'
import { behindKey } from './rewrite.ts'
import { isRecord, type Named, type Path, valueAt, withValue } from './value.ts'

export class Draft {
  readonly source: Source
  #value: unknown
  readonly #added: string[] = []
  readonly #created: string[] = []
  readonly #was: Record<string, [raw: string, now: unknown]> = {}

  constructor(root: Cursor) {
    this.source = root.source
    this.#value = root.value
  }

  /** A key that is not there yet, or another value for one that is. */
  set(path: Path, value: unknown): void {
    if (!this.#make(path.slice(0, -1), {})) return
    const before = valueAt(this.#value, path)
    if (before === undefined) this.#added.push(nameOf(this.#value, path))
    else this.#was[nameOf(this.#value, path)] = [this.#rawAt(path), value]
    this.#value = withValue(this.#value, path, value)
  }

  /** At the end of a list. */
  append(path: Path, item: Named): void {
    if (!this.#make(path, [])) return
    const list = valueAt(this.#value, path) as readonly unknown[]
    this.#value = withValue(this.#value, path, [...list, item])
    this.#added.push(`${nameOf(this.#value, path)}/${item.name}`)
  }

  /** The object with its marker, or as it was when nothing has changed. */
  finish(): unknown {
    if (this.#added.length + Object.keys(this.#was).length === 0) return this.#value
    if (!this.#make(MARKER_PATH.slice(0, -1), {})) return this.#value
    const marker: Marker = { added: this.#added, created: this.#created, was: this.#was }
    return withValue(this.#value, MARKER_PATH, markerText(marker))
  }

  /** Every list and map on the way that is not there; those that are there and null are filled. False where something else is. */
  #make(path: Path, last: object): boolean {
    return (
      this.#isFoundByName(path) &&
      path.every((_, index) => {
        const part = path.slice(0, index + 1)
        const there = valueAt(this.#value, part)
        const wanted = index === path.length - 1 ? last : undefined
        if (there !== undefined && there !== null) return this.#isLike(there, wanted, part)
        const name = nameOf(this.#value, part)
        if (there === undefined) this.#created.push(name)
        else this.#was[name] = [this.#rawAt(part), null]
        this.#value = withValue(this.#value, part, wanted ?? {})
        return true
      })
    )
  }

  /** The marker names items of lists: the way back must not lead to another one of the same name. */
  #isFoundByName(path: Path): boolean {
    const at = path.findLastIndex((key) => typeof key === 'number') + 1
    const item = path.slice(0, at)
    const found = pathOf(this.#value, nameOf(this.#value, item))
    if (at === 0 || JSON.stringify(found) === JSON.stringify(item)) return true
    const remedy = 'Items of a list have names of their own'
    new Cursor(this.source, item, undefined).refuse('has the name of another one', remedy)
    return false
  }

  #isLike(there: unknown, wanted: object | undefined, part: Path): boolean {
    const isList = Array.isArray(there)
    if (wanted === undefined ? isList || isRecord(there) : Array.isArray(wanted) ? isList : isRecord(there)) return true
    const what = Array.isArray(wanted) ? 'list' : 'map'
    new Cursor(this.source, part, there).refuse(`is no ${what}`, 'See kubectl explain')
    return false
  }

  /** Empty where it came by an alias or a merge, which the rewriting refuses. */
  #rawAt(path: Path): string {
    const { document, place, stream } = this.source
    let part: Node | Pair | null | undefined = document.root.contents
    for (const key of [...place, ...path]) {
      part = childOf((isPair(part) ? part.value : part) as Node | null | undefined, key)
    }
    if (!isPair(part)) return ''
    const { at, end } = behindKey(stream.text, part)
    return stream.text.slice(at, end)
  }
}

/**
 * Two values and the text of the first → the text of the second, in which all else is byte for byte as it was: comments, quotes,
 * order, line ends. It splices; nothing is ever written anew that has not changed. Knows nothing of Kubernetes.
 */
import { isAlias, isCollection, isMap, isSeq, type Node, type Pair, visit } from 'yaml'
import {
  blockText,
  columnOf,
  contentEnd,
  flowText,
  isJson,
  type Layout,
  lineEnd,
  lineStart,
  looseJson,
} from './layout.ts'
import { offsetOf } from './stream.ts'
import { isEmpty, isRecord, type Path, REMOVED } from './value.ts'

export interface Edit {
  readonly at: number
  readonly end: number
  readonly text: string
  /** Of what is put in: at one place the deeper comes first, for it belongs to what stands before. */
  readonly column: number
  readonly wholeLines: boolean
}

export interface Site {
  readonly text: string
  readonly layout: Layout
  /** It has to stay what JSON's readers take. */
  readonly isJson: boolean
  readonly aliased: ReadonlySet<string>
  /** By path: what stood behind the key before it was changed, to be put back as it was. */
  readonly raws: ReadonlyMap<string, string>
  refuse(path: Path, at: Node, message: string, remedy: string): void
}

type List = readonly unknown[]

export function rewrite(site: Site, node: Node | null, before: unknown, after: unknown, path: Path = []): Edit[] {
  if (before === after || node === null || !isEditable(site, node, path)) return []
  if (isMap(node) && isRecord(before) && isRecord(after)) return rewriteMap(site, node, before, after, path)
  if (isSeq(node) && Array.isArray(before) && Array.isArray(after)) return rewriteList(site, node, before, after, path)
  throw new Error(`no way to rewrite ${path.join('.')}`)
}

function isEditable({ aliased, refuse }: Site, node: Node, path: Path): boolean {
  if (isAlias(node)) {
    refuse(
      path,
      node,
      `*${node.source} stands for what is written elsewhere`,
      `Write it out here in place of *${node.source}`,
    )
    return false
  }
  const anchor = (node as { readonly anchor?: string }).anchor
  if (anchor === undefined || !aliased.has(anchor)) return true
  refuse(path, node, `&${anchor} is used again by *${anchor}, and would be changed there too`, `Write out *${anchor}`)
  return false
}

function rewriteMap(
  site: Site,
  node: Node & { readonly items: Pair[]; readonly flow?: boolean },
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  path: Path,
): Edit[] {
  const pairOf = (name: string): Pair | undefined => node.items.find(({ key }) => String(key) === name)
  const changed = Object.keys(before).filter((name) => !Object.hasOwn(after, name) || after[name] !== before[name])
  const merged = changed.filter((name) => pairOf(name) === undefined)
  for (const name of merged)
    site.refuse(path, node, `its key ${name} comes from a merge (<<)`, `Write ${name} out in this map`)
  if (merged.length > 0) return []
  const gone = new Set(changed.filter((name) => !Object.hasOwn(after, name)).map(pairOf))
  const edits = node.items.flatMap((pair) => {
    const name = String(pair.key)
    if (gone.has(pair) || !changed.includes(name)) return []
    return rewritePair(site, pair, before[name], after[name], [...path, name])
  })
  const added = Object.entries(after).filter(([name]) => !Object.hasOwn(before, name))
  return [...edits, ...removals(site, node, gone), ...insertion(site, node, Object.fromEntries(added))]
}

function rewritePair(site: Site, pair: Pair, before: unknown, after: unknown, path: Path): Edit[] {
  const value = pair.value as Node | null
  const isInside = (isMap(value) && isRecord(after)) || (isSeq(value) && Array.isArray(after)) || isAlias(value)
  // A block with nothing in it can't be written: it becomes brackets.
  if (isInside && !(isEmpty(after) && !isEmpty(before))) return rewrite(site, value, before, after, path)
  if (isInside && isCollection(value) && value.flow === true) return rewrite(site, value, before, after, path)
  if (value !== null && !isReplaceable(site, value, path)) return []
  const { at, end } = behindKey(site.text, pair)
  const raw = site.raws.get(JSON.stringify(path))
  const isFit = raw !== undefined && (!site.isJson || isJson(raw.replace(/^\s*:/, '')))
  const written = isFit ? raw : separatorOf(site.text, pair) + inOneLine(site, after)
  return [{ at, end, text: written, column: 0, wholeLines: false }]
}

function inOneLine({ isJson }: Site, value: unknown): string {
  const whole = Array.isArray(value) && isEmpty(value) ? [] : value
  return isJson ? JSON.stringify(whole) : looseJson(whole)
}

function isReplaceable(site: Site, value: Node, path: Path): boolean {
  let isPlain = true
  visit(value, {
    Node(_, node) {
      isPlain &&= isEditable(site, node, path)
    },
  })
  return isPlain
}

/** From the end of the key to the last letter of the value. */
export function behindKey(text: string, pair: Pair): { readonly at: number; readonly end: number } {
  const end = contentEnd(text, pair)
  const newline = text[end - 1] === '\n' ? (text[end - 2] === '\r' ? 2 : 1) : 0
  return { at: (pair.key as Node).range?.[1] ?? 0, end: end - newline }
}

/** As it is written, where the value begins in the same line. */
function separatorOf(text: string, { key, value }: Pair): string {
  const start = offsetOf(value as Node | null)
  const written = text.slice((key as Node).range?.[1], start)
  const isBare = written.endsWith(':') && contentEnd(text, value as Node | null) === start
  return /^[ \t]*:[ \t]*$/.test(written) && !isBare ? written : ': '
}

function rewriteList(
  site: Site,
  node: Node & { readonly items: unknown[]; readonly flow?: boolean },
  before: List,
  after: List,
  path: Path,
): Edit[] {
  const gone = new Set(node.items.filter((_, index) => after[index] === REMOVED))
  const edits = node.items.flatMap((item, index) => {
    return gone.has(item) ? [] : rewrite(site, item as Node, before[index], after[index], [...path, index])
  })
  return [...edits, ...removals(site, node, gone), ...insertion(site, node, after.slice(before.length))]
}

type Collection = Node & { readonly items: readonly unknown[]; readonly flow?: boolean }

function insertion({ text, layout }: Site, node: Collection, value: object | List): Edit[] {
  if (isEmpty(value)) return []
  const last = node.items.at(-1) as Node | Pair | undefined
  if (node.flow === true || last === undefined) {
    const at = last === undefined ? offsetOf(node) + 1 : contentEnd(text, last)
    return [
      { at, end: at, text: flowText(text, layout.newline, node, headOf(last), value), column: 0, wholeLines: false },
    ]
  }
  const at = lineEnd(text, contentEnd(text, last))
  const column = columnOf(text, node)
  return [{ at, end: at, text: blockText(value, column, layout), column, wholeLines: true }]
}

/** What a pair or an item begins with. */
function headOf(part: Node | Pair | undefined): Node | undefined {
  return part !== undefined && 'key' in part ? (part.key as Node) : part
}

function removals({ text }: Site, node: Collection, gone: ReadonlySet<unknown>): Edit[] {
  if (gone.size === 0) return []
  const parts = node.items as readonly (Node | Pair)[]
  if (node.flow !== true) {
    return parts
      .filter((part) => gone.has(part))
      .map((part) => {
        const at = lineStart(text, offsetOf(headOf(part)))
        return { at, end: lineEnd(text, contentEnd(text, part)), text: '', column: 0, wholeLines: true }
      })
  }
  // Those in front go with the commas behind them, all others with the comma before.
  const firstKept = parts.findIndex((part) => !gone.has(part))
  const leading = firstKept === -1 ? parts.length : firstKept
  return parts.flatMap((part, index) => {
    if (!gone.has(part)) return []
    const previous = parts[index - 1]
    const at = index < leading || previous === undefined ? offsetOf(headOf(part)) : contentEnd(text, previous)
    const next = index < leading ? parts[index + 1] : undefined
    const end = next === undefined ? contentEnd(text, part) : offsetOf(headOf(next))
    return [{ at, end, text: '', column: 0, wholeLines: false }]
  })
}

/** The text with all edits in it. */
export function applyEdits(text: string, edits: readonly Edit[], newline: string): string {
  let result = ''
  let cursor = 0
  for (const edit of joined(edits)) {
    const isUnterminated = edit.wholeLines && edit.end === text.length && text.length > 0 && !text.endsWith('\n')
    // The last line has no newline, and shall have none when the last line is another.
    const at = isUnterminated && edit.text === '' ? withoutNewline(text, edit.at) : edit.at
    if (at < cursor) throw new Error(`edits overlap at ${at}`)
    const lines = isUnterminated && edit.text !== '' ? newline + edit.text.slice(0, -newline.length) : edit.text
    result += text.slice(cursor, at) + lines
    cursor = edit.end
  }
  return result + text.slice(cursor)
}

/** In order; lines put in at one place, and lines taken out one behind the other, as one edit. */
function joined(edits: readonly Edit[]): readonly Edit[] {
  const sorted = edits.toSorted((a, b) => a.at - b.at || a.end - b.end || b.column - a.column)
  const all: Edit[] = []
  for (const edit of sorted) {
    const last = all.at(-1)
    const follows = last?.wholeLines === true && edit.wholeLines && last.end === edit.at
    if (follows && (last.text === '') === (edit.text === ''))
      all[all.length - 1] = { ...last, end: edit.end, text: last.text + edit.text }
    else all.push(edit)
  }
  return all
}

function withoutNewline(text: string, offset: number): number {
  if (offset === 0) return 0
  return offset - (text[offset - 2] === '\r' ? 2 : 1)
}

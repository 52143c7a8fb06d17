/** How a text is laid out: where things end in it, and how what is new is written so that it looks like the rest. */
import { isAlias, isCollection, isMap, isPair, isScalar, isSeq, type Node, type Pair, stringify } from 'yaml'
import { offsetOf } from './stream.ts'

export interface Layout {
  readonly newline: string
  readonly indent: number
  /** Whether the items of a list stand further in than its key. */
  readonly indentSeq: boolean
}

const BYTE_ORDER_MARK = '\ufeff'

export function lineStart(text: string, offset: number): number {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  return start === 0 && text.startsWith(BYTE_ORDER_MARK) ? 1 : start
}

/** Behind the newline; an offset that is there already stays. */
export function lineEnd(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === '\n') return offset
  const newline = text.indexOf('\n', offset)
  return newline === -1 ? text.length : newline + 1
}

/** Where its last letter ends: comments and blank lines behind it are not its own. */
export function contentEnd(text: string, part: Node | Pair | null): number {
  if (isPair(part)) {
    const key = part.key as Node
    const value = part.value as Node | null
    return isImplicitNull(value) ? text.indexOf(':', key.range?.[1]) + 1 : contentEnd(text, value)
  }
  const last = isCollection(part) && part.flow !== true ? (part.items.at(-1) as Node | Pair | undefined) : undefined
  return last === undefined ? (part?.range?.[1] ?? 0) : contentEnd(text, last)
}

/** `key:` with nothing behind it. */
function isImplicitNull(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.range?.[0] === node.range?.[1])
}

/** The behaviour of the first list and the first map that are laid out in blocks. */
export function layoutOf(text: string, root: Node | null): Layout {
  const newline = text[text.indexOf('\n') - 1] === '\r' ? '\r\n' : '\n'
  let indent: number | undefined
  let indentSeq: boolean | undefined
  const open: (Node | null)[] = [root]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (!isMap(node) || node.flow === true) continue
    for (const { value } of node.items) {
      if (isAlias(value) || !isCollection(value) || value.flow === true) continue
      const further = columnOf(text, value) - columnOf(text, node)
      if (isSeq(value)) indentSeq ??= further > 0
      else indent ??= further
      open.unshift(value)
    }
    if (indent !== undefined && indentSeq !== undefined) break
  }
  return { newline, indent: Math.max(indent ?? 2, 1), indentSeq: indentSeq ?? true }
}

export function columnOf(text: string, node: Node): number {
  return offsetOf(node) - lineStart(text, offsetOf(node))
}

/** Whole lines, each with its newline. */
export function blockText(value: unknown, column: number, { newline, indent, indentSeq }: Layout): string {
  const lines = stringify(value, { indent, indentSeq, lineWidth: 0, version: '1.1' }).trimEnd().split('\n')
  return lines.map((line) => `${' '.repeat(column)}${line}${newline}`).join('')
}

/** Inside brackets, as those are written: a line an item, or in one line with or without spaces. */
export function flowText(text: string, newline: string, list: Node, before: Node | undefined, value: object): string {
  const start = offsetOf(before)
  const lead = before === undefined ? '' : indentOf(text, start)
  if (before !== undefined && lineStart(text, start) + lead.length === start) {
    const step = stepFrom(indentOf(text, (list.range?.[1] ?? 0) - 1), lead)
    const lines = JSON.stringify(value, null, step).split('\n').slice(1, -1)
    return `,${lines.map((line) => newline + lead + line.slice(step.length)).join('')}`
  }
  const own = text.slice(offsetOf(list), list.range?.[1])
  const isTight = before === undefined ? text[offsetOf(list) - 1] === ':' : !/[:,] /.test(own)
  const json = isTight ? JSON.stringify(value) : looseJson(value)
  const comma = before === undefined ? '' : isTight ? ',' : ', '
  return comma + json.slice(1, -1).trim()
}

/** In one line, with spaces, as it looks well in YAML. */
export function looseJson(value: unknown): string {
  return JSON.stringify(value, null, 1).replace(/\n */g, ' ')
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function indentOf(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, offset), offset + 1))?.[0] ?? ''
}

function stepFrom(outer: string, inner: string): string {
  return inner.startsWith(outer) && inner.length > outer.length ? inner.slice(outer.length) : '  '
}

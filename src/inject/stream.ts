/**
 * Text → YAML documents, read as Kubernetes reads them, or every reason why they can't be. What is dangerous is refused here:
 * too much, too deep, twice the same key, aliases that multiply. Knows nothing of Kubernetes' objects.
 */
import {
  Composer,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  type Pair,
  Parser,
} from 'yaml'
import type { Limits } from '../limits.ts'
import type { InjectProblem } from './problem.ts'

export type StreamLimits = Pick<
  Limits,
  'injectBytesMax' | 'injectDepthMax' | 'injectAliasesMax' | 'injectSyntaxProblemsMax'
>

export interface StreamDocument {
  /** From 1. */
  readonly number: number
  readonly root: Document.Parsed
  readonly value: unknown
  /** Anchors that an alias stands for somewhere: what is changed below one is changed there too. */
  readonly aliased: ReadonlySet<string>
}

export interface Stream {
  readonly text: string
  readonly documents: readonly StreamDocument[]
  /** For people: of the text that they gave, which need not be this one. */
  readonly positionOf: PositionOf
}

export interface Position {
  readonly line: number
  readonly col: number
}
export type PositionOf = (offset: number) => Position

type Found = { readonly at: number; readonly message: string; readonly remedy: string }

export function readStream(
  text: string,
  limits: StreamLimits,
  given?: PositionOf,
):
  | { readonly ok: true; readonly stream: Stream }
  | { readonly ok: false; readonly problems: readonly InjectProblem[] } {
  const lines = new LineCounter()
  const positionOf = given ?? ((offset) => lines.linePos(offset))
  if (text.length > limits.injectBytesMax) return { ok: false, problems: [tooLarge(text.length, limits)] }
  const tokens = new Parser(lines.addNewLine).parse(text)
  // 1.1 is what Kubernetes reads: `yes` is true there. Keys are compared below, in linear time.
  const options = { version: '1.1', uniqueKeys: false, prettyErrors: false, strict: true } as const
  const read = [...new Composer(options).compose(tokens)].map((root, index) =>
    readDocument(root, index + 1, text, limits),
  )
  const problems = read.flatMap(({ document, found }) =>
    found.map((each) => problemOf(document.number, positionOf(each.at), each)),
  )
  return problems.length > 0
    ? { ok: false, problems }
    : { ok: true, stream: { text, documents: read.map(({ document }) => document), positionOf } }
}

function readDocument(
  root: Document.Parsed,
  number: number,
  text: string,
  limits: StreamLimits,
): { readonly document: StreamDocument; readonly found: readonly Found[] } {
  const errors = syntaxProblems(root, limits)
  const { found, aliased, firstAlias } = errors.length > 0 ? NOTHING_WALKED : walk(root, limits)
  const document = { number, root, value: undefined, aliased }
  if (errors.length > 0 || found.length > 0) return { document, found: [...errors, ...found] }
  if (!text.endsWith('\n')) endBlockWithText(root.contents, text)
  try {
    return { document: { ...document, value: root.toJS({ maxAliasCount: limits.injectAliasesMax }) }, found }
  } catch (error) {
    // Aliases of aliases, a few lines that stand for gigabytes: the library says so by this error.
    if (!(error instanceof ReferenceError)) throw error
    const remedy = `At most ${limits.injectAliasesMax} places may come from one anchor: write the values out`
    return { document, found: [{ at: firstAlias, message: 'its aliases multiply without end', remedy }] }
  }
}

/** For Kubernetes' reader a block that ends with the text, without a newline, has none at its end either; for this one it has. */
function endBlockWithText(contents: Node | null, text: string): void {
  const last = lastOf(contents)
  const isBlock = isScalar(last) && last.type?.startsWith('BLOCK_') === true && last.range?.[1] === text.length
  if (isBlock) last.value = String(last.value).replace(/\n$/, '')
}

function lastOf(part: Node | Pair | null | undefined): Node | null | undefined {
  if (isPair(part)) return lastOf(part.value as Node | null)
  return isCollection(part) ? lastOf(part.items.at(-1) as Node | Pair | undefined) : part
}

function syntaxProblems({ errors }: Document.Parsed, { injectSyntaxProblemsMax }: StreamLimits): Found[] {
  const remedy = 'Mend the YAML; between two documents stands a line of ---'
  const found = errors.map(({ pos, message }) => ({ at: pos[0], message: message.replace(/\.$/, ''), remedy }))
  const more = found.length - injectSyntaxProblemsMax
  const [next] = found.slice(injectSyntaxProblemsMax)
  if (next === undefined) return found
  return [...found.slice(0, injectSyntaxProblemsMax), { at: next.at, message: `${more} more mistakes follow`, remedy }]
}

interface Frame {
  readonly node: Node | Pair | null
  readonly depth: number
  readonly parent: Frame | undefined
}

interface Walk {
  readonly found: Found[]
  readonly aliased: Set<string>
  readonly anchors: Set<string>
  firstAlias: number
}

const NOTHING_WALKED: Walk = { found: [], aliased: new Set(), anchors: new Set(), firstAlias: 0 }

/** Every node, in the order of the text, without recursion: depth is the input's to choose. */
function walk(root: Document.Parsed, { injectDepthMax }: StreamLimits): Walk {
  const seen: Walk = { found: [], aliased: new Set(), anchors: new Set(), firstAlias: 0 }
  const stack: Frame[] = [{ node: root.contents, depth: 0, parent: undefined }]
  for (let frame = stack.pop(); frame !== undefined; frame = stack.pop()) {
    const { node, depth } = frame
    if (isAlias(node)) seeAlias(node.source, offsetOf(node), frame, seen)
    else if (isScalar(node) || isCollection(node)) {
      if (node.anchor !== undefined) seen.anchors.add(node.anchor)
      if (depth > injectDepthMax) {
        const remedy = 'No object of Kubernetes is that deep'
        seen.found.push({ at: offsetOf(node), message: `deeper than ${injectDepthMax} levels`, remedy })
        return seen
      }
    }
    if (isMap(node)) seen.found.push(...keyProblems(node.items))
    for (const child of childrenOf(node).toReversed()) stack.push({ node: child, depth: depth + 1, parent: frame })
  }
  return seen
}

function childrenOf(node: Node | Pair | null): readonly (Node | Pair | null)[] {
  if (isPair(node)) return [node.key as Node | null, node.value as Node | null]
  return isCollection(node) ? (node.items as (Node | Pair | null)[]) : []
}

function seeAlias(name: string, offset: number, frame: Frame, seen: Walk): void {
  if (seen.aliased.size === 0) seen.firstAlias = offset
  seen.aliased.add(name)
  const remedy = `Write out what *${name} stands for`
  if (!seen.anchors.has(name)) seen.found.push({ at: offset, message: `no anchor &${name} stands before it`, remedy })
  for (let above = frame.parent; above !== undefined; above = above.parent) {
    if (isCollection(above.node) && above.node.anchor === name)
      seen.found.push({ at: offset, message: `*${name} contains itself`, remedy })
  }
}

function keyProblems(items: readonly Pair[]): Found[] {
  const first = new Set<string>()
  return items.flatMap(({ key }): Found[] => {
    const at = offsetOf(key as Node | null)
    if (!isScalar(key)) {
      const remedy = 'Keys are texts; a template, {{ ... }}, has to be rendered first, as by helm template'
      return [{ at, message: 'a key is a list, a map or an alias', remedy }]
    }
    const name = String(key.value)
    const remedy = 'Take one of the two out: readers differ in which one they believe'
    if (first.has(name)) return [{ at, message: `the key ${JSON.stringify(name)} is there twice`, remedy }]
    if (name !== '<<') first.add(name)
    return []
  })
}

export function offsetOf(node: Node | null | undefined): number {
  return node?.range?.[0] ?? 0
}

function problemOf(document: number, { line, col }: Position, { message, remedy }: Found): InjectProblem {
  return { document, object: '', line, column: col, message, remedy }
}

function tooLarge(length: number, { injectBytesMax }: StreamLimits): InjectProblem {
  const message = `the input has ${length} characters, at most ${injectBytesMax} are read`
  return { document: 1, object: '', line: 1, column: 1, message, remedy: 'Give the workload and its Service alone' }
}

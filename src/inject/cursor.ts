/** A place in one Kubernetes object: its value, and where it stands in the text. A wrong shape is reported where it is met. */
import { isCollection, isMap, isPair, isSeq, type Node, type Pair } from 'yaml'
import type { InjectProblem } from './problem.ts'
import { offsetOf, type Stream, type StreamDocument } from './stream.ts'
import { isRecord, type Path, valueAt } from './value.ts'

/** Problems by place and words: the same one may be met more than once. */
export class Problems {
  readonly #all = new Map<string, InjectProblem>()

  add(problem: InjectProblem): void {
    this.#all.set(`${problem.line}:${problem.column}:${problem.message}`, problem)
  }

  /** In the order of the text. */
  all(): readonly InjectProblem[] {
    return [...this.#all.values()].toSorted((a, b) => a.line - b.line || a.column - b.column)
  }
}

/** One object: a document, or an item of a List. */
export interface Source {
  readonly stream: Stream
  readonly document: StreamDocument
  /** From the document to the object. */
  readonly place: Path
  /** `Deployment shop/app`. */
  readonly label: string
  readonly problems: Problems
}

export class Cursor {
  readonly source: Source
  /** From the object. */
  readonly path: Path
  readonly value: unknown

  constructor(source: Source, path: Path, value: unknown) {
    this.source = source
    this.path = path
    this.value = value
  }

  get isThere(): boolean {
    return this.value !== undefined && this.value !== null
  }

  at(...keys: readonly string[]): Cursor {
    const [key, ...rest] = keys
    if (key === undefined) return this
    if (this.isThere && !isRecord(this.value)) this.refuse('is no map', 'See kubectl explain')
    return new Cursor(this.source, [...this.path, key], valueAt(this.value, [key])).at(...rest)
  }

  items(): readonly Cursor[] {
    if (!this.isThere) return []
    if (Array.isArray(this.value))
      return this.value.map((item, index) => new Cursor(this.source, [...this.path, index], item))
    this.refuse('is no list', 'See kubectl explain')
    return []
  }

  text(): string | undefined {
    if (!this.isThere || typeof this.value === 'string') return this.value as string | undefined
    this.refuse('is no text', 'Put it into quotes if it is one')
    return undefined
  }

  number(): number | undefined {
    if (!this.isThere || Number.isInteger(this.value)) return this.value as number | undefined
    this.refuse('is no whole number', 'Write it as one, without quotes')
    return undefined
  }

  /** A number, or the name of a port. */
  port(): number | string | undefined {
    return typeof this.value === 'string' ? this.value : this.number()
  }

  /** Names and texts, such as labels. */
  texts(): ReadonlyMap<string, string> {
    if (!this.isThere) return new Map()
    const names = isRecord(this.value) ? Object.keys(this.value) : []
    if (!isRecord(this.value)) this.refuse('is no map', 'See kubectl explain')
    return new Map(names.flatMap((name) => withText(name, this.at(name).text())))
  }

  refuse(message: string, remedy: string): void {
    const { source, path } = this
    source.problems.add(problemAt(source, path, `${pathText(path)}${message}`, remedy))
  }
}

function withText(name: string, text: string | undefined): [string, string][] {
  return text === undefined ? [] : [[name, text]]
}

export function problemAt(source: Source, path: Path, message: string, remedy: string): InjectProblem {
  const { line, col } = source.stream.positionOf(offsetAt(source, path))
  return { document: source.document.number, object: source.label, line, column: col, message, remedy }
}

function pathText(path: Path): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('')
  return text === '' ? '' : `${text.slice(1)} `
}

/** Where the path leads, as far as the text goes with it: a value that came by an alias stands where the alias is. */
function offsetAt({ document, place }: Source, path: Path): number {
  let node: Node | null = document.root.contents
  let offset = offsetOf(node)
  for (const key of [...place, ...path]) {
    const child: Node | Pair | null | undefined = childOf(node, key)
    if (child === undefined || child === null) return offset
    offset = offsetOf((isPair(child) ? child.key : child) as Node)
    node = (isPair(child) ? child.value : child) as Node | null
  }
  return offset
}

export function childOf(node: Node | null | undefined, key: string | number): Node | Pair | null | undefined {
  if (!isCollection(node)) return undefined
  if (isSeq(node)) return node.items[Number(key)] as Node | null | undefined
  return isMap(node) ? node.items.find((pair) => String(pair.key) === String(key)) : undefined
}

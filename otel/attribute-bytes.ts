/**
 * Attributes as KeyValue messages, behind one another in a writer. Requests are much alike: what the span before said too, in the
 * same order, is copied from there, as many attributes at once as stand together. It knows no span and no attribute by name.
 */
import { ProtobufWriter } from './protobuf.ts'
import type { AttributeSink } from './span-attributes.ts'

const bytes = (field: number): number => (field << 3) | 2
const number = (field: number): number => field << 3
const eightBytes = (field: number): number => (field << 3) | 1

type Value = string | number | boolean

/** The attributes of one span, in their order, with where each stands in the writer. */
class Written {
  readonly names: string[] = []
  readonly values: Value[] = []
  readonly starts: number[] = []
  readonly ends: number[] = []
  count = 0

  add(name: string, value: Value, start: number, end: number): void {
    const at = this.count++
    this.names[at] = name
    this.values[at] = value
    this.starts[at] = start
    this.ends[at] = end
  }
}

export class AttributeBytes implements AttributeSink {
  readonly #writer: ProtobufWriter
  readonly #tag: number
  /** Names come from tables and the configuration: there is an end to them. */
  readonly #keys = new Map<string, Uint8Array>()
  #before = new Written()
  #now = new Written()
  /** The next of those before that may come again. */
  #next = 0
  /** What is to be copied from the writer itself. */
  #from = 0
  #to = 0

  constructor(writer: ProtobufWriter, field: number) {
    this.#writer = writer
    this.#tag = bytes(field)
  }

  /** Of the next span. Without it nothing is taken from the one before. */
  begin(): void {
    const free = this.#before
    this.#before = this.#now
    this.#now = free
    free.count = 0
    this.#next = 0
  }

  /** All of it is in the writer. */
  end(): void {
    if (this.#to > this.#from) this.#writer.again(this.#from, this.#to)
    this.#from = this.#to = 0
  }

  /** The writer no longer holds the span before. */
  forget(): void {
    this.#now.count = 0
  }

  text(name: string, value: string | undefined): void {
    if (value === undefined || this.#isAgain(name, value)) return
    const start = this.#open(name)
    const any = this.#any(bytes(1))
    this.#writer.text(value)
    this.#close(start, any)
    this.#now.add(name, value, start - 1, this.#writer.length)
  }

  int(name: string, value: number | undefined): void {
    if (value === undefined || this.#isAgain(name, value)) return
    const start = this.#open(name)
    const any = this.#any(number(3))
    this.#writer.varint(value)
    this.#close(start, any)
    this.#now.add(name, value, start - 1, this.#writer.length)
  }

  flag(name: string, value: boolean): void {
    if (this.#isAgain(name, value)) return
    const start = this.#open(name)
    const any = this.#any(number(2))
    this.#writer.varint(value ? 1 : 0)
    this.#close(start, any)
    this.#now.add(name, value, start - 1, this.#writer.length)
  }

  /** Measured, and hardly ever the same again. */
  double(name: string, value: number | undefined): void {
    if (value === undefined) return
    const start = this.#open(name)
    const any = this.#any(eightBytes(4))
    this.#writer.double(value)
    this.#close(start, any)
  }

  texts(name: string, values: readonly string[] | undefined): void {
    if (values === undefined) return
    const start = this.#open(name)
    const any = this.#any(bytes(5))
    const list = this.#writer.open()
    for (const value of values) {
      const each = this.#any(bytes(1), bytes(1))
      this.#writer.text(value)
      this.#writer.close(each)
    }
    this.#writer.close(list)
    this.#close(start, any)
  }

  /** Whether the span before said so too; if so, it will be copied. One that is missing now is passed over. */
  #isAgain(name: string, value: Value): boolean {
    const { names, values, starts, ends, count } = this.#before
    let at = this.#next
    if (at < count && names[at] !== name) at++
    if (at >= count || names[at] !== name) return false
    this.#next = at + 1
    if (values[at] !== value) return false
    const [from = 0, to = 0] = [starts[at], ends[at]]
    if (this.#to !== from) {
      this.end()
      this.#from = from
    }
    this.#to = to
    const end = this.#writer.length + to - this.#from
    this.#now.add(name, value, end - (to - from), end)
    return true
  }

  #open(name: string): number {
    this.end()
    this.#writer.tag(this.#tag)
    const start = this.#writer.open()
    this.#writer.raw(this.#keys.get(name) ?? this.#key(name))
    return start
  }

  #key(name: string): Uint8Array {
    const writer = new ProtobufWriter(2 * name.length)
    writer.tag(bytes(1))
    writer.text(name)
    const key = writer.since(0)
    this.#keys.set(name, key)
    return key
  }

  #any(tag: number, field: number = bytes(2)): number {
    this.#writer.tag(field)
    const start = this.#writer.open()
    this.#writer.tag(tag)
    return start
  }

  #close(start: number, any: number): void {
    this.#writer.close(any)
    this.#writer.close(start)
  }
}

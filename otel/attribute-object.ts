/** Attributes as the SDK has them: for what its serialisers write. */
import type { Attributes } from '@opentelemetry/api'
import type { AttributeSink } from './span-attributes.ts'

export class AttributeObject implements AttributeSink {
  readonly attributes: Attributes = {}

  text(name: string, value: string | undefined): void {
    this.#put(name, value)
  }

  int(name: string, value: number | undefined): void {
    this.#put(name, value)
  }

  double(name: string, value: number | undefined): void {
    this.#put(name, value)
  }

  flag(name: string, value: boolean): void {
    this.#put(name, value)
  }

  texts(name: string, values: readonly string[] | undefined): void {
    this.#put(name, values && [...values])
  }

  #put(name: string, value: Attributes[string]): void {
    if (value !== undefined) this.attributes[name] = value
  }
}

/** Sets fields on every answer, in the place of those of the same name. */
import type { Field } from '../http1/message.ts'
import type { Decorator } from './decorator.ts'
import { makeField } from './field.ts'

/** Throws on a name or value that no field may have. */
export function setHeaders(values: Readonly<Record<string, string>>): Decorator {
  const own = Object.entries(values).map(([name, value]) => valid(makeField(name, value)))
  const keys = new Set(own.map(({ key }) => key))
  return {
    name: 'set-headers',
    response: ({ fields }) => ({ kind: 'response', fields: [...fields.filter(({ key }) => !keys.has(key)), ...own] }),
  }
}

function valid(field: Field | string): Field {
  if (typeof field === 'string') throw new TypeError(field)
  return field
}

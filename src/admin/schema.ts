/** JSON Schema in few words: an object has the members that are named, and no others; `?` after a name: it may be absent. */

export type Schema = Readonly<Record<string, unknown>>

export const TEXT: Schema = { type: 'string' }
export const NUMBER: Schema = { type: 'number' }
/** A count, or bytes. */
export const COUNT: Schema = { type: 'integer', minimum: 0 }
export const FLAG: Schema = { type: 'boolean' }
export const ANY: Schema = {}

export function object(members: Readonly<Record<string, Schema>>, description?: string): Schema {
  const named = Object.entries(members).map(([name, schema]) => [name.replace(/\?$/, ''), schema] as const)
  const required = Object.keys(members).filter((name) => !name.endsWith('?'))
  return {
    type: 'object',
    ...(description !== undefined && { description }),
    properties: Object.fromEntries(named),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  }
}

export function array(items: Schema): Schema {
  return { type: 'array', items }
}

/** Members of any name, all alike. */
export function record(each: Schema): Schema {
  return { type: 'object', additionalProperties: each }
}

export function oneOf(...values: readonly string[]): Schema {
  return { type: 'string', enum: values }
}

export function orNull(schema: Schema): Schema {
  return { anyOf: [schema, { type: 'null' }] }
}

export function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` }
}

/** With a word on what it means. */
export function said(schema: Schema, description: string): Schema {
  return { ...schema, description }
}

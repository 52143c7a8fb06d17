/**
 * Whether what an admin port says has the form of the API. Whoever listens there need not be a sidecar, and a terminal obeys what
 * it is shown: what is printed as a number has to be one. What is missing, and what is not known here, is no contradiction: the
 * sidecar may be of another version. Pure.
 */
import type { Schema } from '../admin/schema.ts'
import { SCHEMAS } from '../admin/schemas.ts'

/** `name`: of a schema. */
export function fits(value: unknown, name: string): boolean {
  return isOf(value, SCHEMAS[name] ?? {})
}

function isOf(value: unknown, schema: Schema): boolean {
  const { type, $ref, anyOf, oneOf = anyOf, minimum = Number.NEGATIVE_INFINITY } = schema as Words
  if ($ref !== undefined) return fits(value, $ref.slice($ref.lastIndexOf('/') + 1))
  if (oneOf !== undefined) return oneOf.some((each) => isOf(value, each))
  if (type === 'integer') return Number.isSafeInteger(value) && Number(value) >= minimum
  if (type === 'number') return Number.isFinite(value)
  if (type === 'null') return value === null
  if (type === 'array') return Array.isArray(value) && value.every((each) => isOf(each, (schema as Words).items ?? {}))
  if (type === 'object') return isObject(value) && hasMembers(value, schema)
  return type === undefined || typeof value === type
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

interface Words {
  readonly type?: string
  readonly $ref?: string
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly minimum?: number
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | false
}

function hasMembers(value: object, schema: Words): boolean {
  const { properties = {}, additionalProperties } = schema
  return Object.entries(value).every(([name, each]) =>
    isOf(each, (Object.hasOwn(properties, name) && properties[name]) || additionalProperties || {}),
  )
}

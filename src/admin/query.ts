/** What follows the `?`, read strictly: a parameter that nobody knows is a mistake that would else go unseen. Pure. */
import type { Exchange } from '../exchange.ts'
import { parseFilter } from '../filter/filter.ts'
import { problem, type Whole } from './answer.ts'

export type ParameterName = 'where' | 'limit' | 'format' | 'follow'

export interface Asked {
  /** `where` itself; undefined: all of them. */
  readonly where: string | undefined
  readonly matches: (exchange: Exchange) => boolean
  readonly limit: number | undefined
  readonly format: string | undefined
  readonly follow: boolean
}

export interface Allowed {
  readonly parameters: readonly ParameterName[]
  /** What `format` may be. */
  readonly formats?: readonly string[]
}

const LIMIT_MAX = 1_000_000

export function readQuery(text: string, allowed: Allowed): Asked | Whole {
  const query = new URLSearchParams(text)
  const wrong = problemOf(query, allowed)
  if (wrong !== undefined) return wrong
  const where = query.get('where') ?? undefined
  const filter = where === undefined ? undefined : parseFilter(where)
  if (filter?.ok === false) return problem(400, 'bad_filter', `where: ${filter.message}`, { column: filter.column })
  const limit = query.get('limit')
  const follow = query.get('follow')
  return {
    where,
    matches: filter?.matches ?? (() => true),
    limit: limit === null ? undefined : Number(limit),
    format: query.get('format') ?? undefined,
    follow: follow !== null && follow !== 'false',
  }
}

function problemOf(query: URLSearchParams, { parameters, formats = [] }: Allowed): Whole | undefined {
  const there = parameters.length === 0 ? 'there are none here' : `here are ${parameters.join(', ')}`
  for (const name of query.keys()) {
    const shown = JSON.stringify(name.slice(0, 40))
    if (!(parameters as readonly string[]).includes(name)) return bad(`there is no parameter ${shown}; ${there}`)
    if (query.getAll(name).length > 1) return bad(`${shown} was given twice`)
  }
  const limit = query.get('limit')
  if (limit !== null && !(/^[0-9]{1,7}$/.test(limit) && Number(limit) <= LIMIT_MAX))
    return bad(`limit must be a whole number from 0 to ${LIMIT_MAX}`)
  const format = query.get('format')
  if (format !== null && !formats.includes(format)) return bad(`format must be one of ${formats.join(', ')}`)
  const follow = query.get('follow')
  if (follow !== null && !['', 'true', 'false'].includes(follow))
    return bad('follow is there or not; it takes no value')
  return undefined
}

function bad(message: string): Whole {
  return problem(400, 'bad_query', message)
}

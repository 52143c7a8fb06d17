/** Reads single values, by kind; what can't be read becomes a Problem that says what is allowed. */

export type Environment = Readonly<Record<string, string | undefined>>

export interface Problem {
  /** The flag or variable as the person wrote it. */
  readonly name: string
  readonly message: string
  readonly allowed: string
}

type Values = ReadonlyMap<string, { readonly name: string; readonly value: string }>

type ReadTarget =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'named'; readonly allow: readonly string[] }

/** A name or address, all below a name (`*.svc`), with one port or any. */
const EGRESS_HOST = /^(?:\*\.)?(?:[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

export class Reader {
  readonly #values: Values | Environment
  readonly #problems: Problem[]

  constructor(values: Values | Environment, problems: Problem[]) {
    this.#values = values
    this.#problems = problems
  }

  text(key: string): string | undefined {
    return this.#find(key)?.value
  }

  list(key: string): readonly string[] {
    return (this.text(key) ?? '')
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
  }

  boolean(key: string): boolean | undefined {
    const found = this.#find(key)
    if (found === undefined) return undefined
    const value = found.value.toLowerCase()
    if (['true', '1', 'yes', 'on'].includes(value)) return true
    if (['false', '0', 'no', 'off'].includes(value)) return false
    return this.#refuse(found, 'true or false')
  }

  oneOf<Value extends string>(key: string, allowed: readonly Value[]): Value | undefined {
    const found = this.#find(key)
    if (found === undefined) return undefined
    const match = allowed.find((value) => value === found.value.trim().toLowerCase())
    return match ?? this.#refuse(found, allowed.join(', '))
  }

  /** Some of the values allowed, as a comma list. */
  someOf<Value extends string>(key: string, allowed: readonly Value[]): readonly Value[] {
    const found = this.#find(key)
    const given = this.list(key).map((item) => item.toLowerCase())
    const known = allowed.filter((value) => given.includes(value))
    if (found !== undefined && known.length !== new Set(given).size)
      this.#refuse(found, `${allowed.join(', ')}, or some of them`)
    return known
  }

  integer(key: string, min: number, max: number): number | undefined {
    const found = this.#find(key)
    if (found === undefined) return undefined
    const number = /^[0-9]{1,12}$/.test(found.value) ? Number(found.value) : Number.NaN
    return number >= min && number <= max ? number : this.#refuse(found, `a whole number from ${min} to ${max}`)
  }

  number(key: string, min: number, max: number): number | undefined {
    const found = this.#find(key)
    if (found === undefined) return undefined
    const number = found.value.trim() === '' ? Number.NaN : Number(found.value)
    return number >= min && number <= max ? number : this.#refuse(found, `a number from ${min} to ${max}`)
  }

  port(key: string): number | undefined {
    const found = this.#find(key)
    if (found === undefined) return undefined
    const port = portOf(found.value)
    return port ?? this.#refuse(found, 'a port from 0 to 65535; 0 takes a free one')
  }

  /** Milliseconds, of `500ms`, `5s`, `2m` or a bare number of milliseconds. */
  duration(key: string, minMs: number): number | undefined {
    const found = this.#find(key)
    if (found === undefined) return undefined
    const ms = millisecondsOf(found.value)
    const fits = ms >= minMs && ms <= 3_600_000
    return fits ? ms : this.#refuse(found, `a time such as 500ms, 5s or 2m, at least ${minMs}ms and at most an hour`)
  }

  path(key: string): string | undefined {
    const found = this.#find(key)
    if (found === undefined) return undefined
    return /^\/[!-~]*$/.test(found.value) ? found.value : this.#refuse(found, 'a path such as /healthz')
  }

  url(key: string): string | undefined {
    const found = this.#find(key)
    if (found === undefined) return undefined
    const protocol = URL.canParse(found.value) ? new URL(found.value).protocol : ''
    if (protocol === 'http:' || protocol === 'https:') return found.value
    // A password is a secret even where the rest is a mistake.
    const shown = { ...found, value: found.value.replace(/\/\/[^/]*@/, '//…@').replace(/\?.*$/s, '?…') }
    return this.#refuse(shown, 'an http or https URL such as http://localhost:4318')
  }

  target(key: string): ReadTarget | undefined {
    const found = this.#find(key)
    if (found === undefined) {
      this.#problems.push({
        name: '--target or TARGET_PORT',
        message: 'is missing: podspan must know the service it stands before',
        allowed:
          'a port (8087), host:port (localhost:8087), URL (http://localhost:8087) or socket (unix:/run/app.sock)',
      })
      return undefined
    }
    const target = parseTarget(found.value)
    if (target !== undefined) return target
    const tls = found.value.startsWith('https:') ? '; TLS is passed through unread with --opaque and host:port' : ''
    return this.#refuse(
      found,
      `a port (8087), host:port (localhost:8087), URL without a path (http://localhost:8087) or unix:/path${tls}`,
    )
  }

  /** Where an egress proxy may go: no target beside it, and nothing that is no host. */
  egress(targetKey: string, allow: readonly string[]): ReadTarget | undefined {
    const target = this.#find(targetKey)
    if (target !== undefined) {
      const { name } = target
      const message = 'stands beside --egress, which takes its targets from the requests'
      this.#problems.push({ name, message, allowed: 'one of the two' })
      return undefined
    }
    const wrong = allow.find((host) => !EGRESS_HOST.test(host))
    if (wrong === undefined) return { kind: 'named', allow: allow.map((host) => host.toLowerCase()) }
    return this.#refuse({ name: '--egress', value: wrong }, 'hosts such as api.example.com, 10.0.0.7:8080, *.svc:80')
  }

  #find(key: string): { readonly name: string; readonly value: string } | undefined {
    if (this.#values instanceof Map) return this.#values.get(key)
    const value = (this.#values as Environment)[key]
    return value === undefined || value === '' ? undefined : { name: key, value }
  }

  #refuse(found: { readonly name: string; readonly value: string }, allowed: string): undefined {
    const { name, value } = found
    const shown = JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value)
    // A name that is asked for twice (a general OTLP variable) is complained about once.
    const known = this.#problems.some((problem) => problem.name === name)
    if (!known) this.#problems.push({ name, message: `${shown} is not understood`, allowed })
    return undefined
  }
}

/** NaN when it is no time. */
export function millisecondsOf(text: string): number {
  const match = /^([0-9]{1,9}(?:\.[0-9]{1,3})?)(ms|s|m|h)?$/.exec(text.trim())
  return match === null ? Number.NaN : Math.round(Number(match[1]) * (UNIT_MS[match[2] ?? 'ms'] ?? 1))
}

function portOf(text: string): number | undefined {
  const port = /^[0-9]{1,5}$/.test(text.trim()) ? Number(text) : Number.NaN
  return port <= 65_535 ? port : undefined
}

function parseTarget(value: string): ReadTarget | undefined {
  const bare = value.trim()
  if (/^unix:\/[^\0]+$/.test(bare)) return { kind: 'unix', path: bare.slice('unix:'.length) }
  if (/^[0-9]+$/.test(bare)) return tcp('localhost', portOf(bare))
  const url = bare.includes('://') ? bare : `http://${bare}`
  if (!/^http:\/\//i.test(url) || !URL.canParse(url)) return undefined
  const { hostname, port, pathname, search, hash, username } = new URL(url)
  if (pathname !== '/' || search !== '' || hash !== '' || username !== '') return undefined
  if (port === '' && !bare.includes('://') && !bare.endsWith(':80')) return undefined
  return tcp(hostname.replace(/^\[|\]$/g, ''), port === '' ? 80 : portOf(port))
}

function tcp(host: string, port: number | undefined): ReadTarget | undefined {
  return port === undefined || port === 0 || host === '' ? undefined : { kind: 'tcp', host, port }
}

/** What `podspan check` finds, as data: what was looked at, how it is, and what to do. Types and three one-line makers. */

export type Mark = 'ok' | 'warning' | 'failed'

export interface Finding {
  /** What was looked at: `target`, `health port`, `traces`. */
  readonly about: string
  readonly mark: Mark
  /** One sentence, with no secret and no control character in it. */
  readonly found: string
  /** Each one thing to do; with `ok`, how to have more. */
  readonly advice: readonly string[]
}

export interface Report {
  readonly version: string
  /** In the order in which they were told. */
  readonly findings: readonly Finding[]
  /** 0: nothing failed. 1: something did. 64: the configuration is wrong, and nothing else was looked at. */
  readonly exitCode: 0 | 1 | 64
}

/** The time that somebody else told, and when we asked and heard it by our own clock. */
export interface TimeTold {
  readonly by: string
  /** The value of a Date field. */
  readonly date: string
  readonly askedAtMs: number
  readonly heardAtMs: number
}

/** What one part of the check brings. */
export interface Found {
  readonly findings: readonly Finding[]
  readonly told?: readonly TimeTold[]
}

export function ok(about: string, found: string, ...advice: string[]): Finding {
  return { about, mark: 'ok', found, advice }
}

export function warning(about: string, found: string, ...advice: string[]): Finding {
  return { about, mark: 'warning', found, advice }
}

export function failed(about: string, found: string, ...advice: string[]): Finding {
  return { about, mark: 'failed', found, advice }
}

/** Is a podspan at work here already? Its admin port tells what it is, and its health port that it is one. */
import type { AboutAnswer } from '../admin/shapes.ts'
import type { Address, Config } from '../config.ts'
import { type Asking, speechAt } from './ask.ts'
import { isFailure } from './dial.ts'
import { inOneLine } from './speech.ts'

const TEXT_CHARS_MAX = 100

/** What it says of itself. */
export type Running = Pick<AboutAnswer, 'version' | 'target' | 'listen'>

export async function runningPodspan({ admin }: Config, asking: Asking): Promise<Running | undefined> {
  if (admin === undefined || admin.port === 0) return undefined
  const about: Partial<AboutAnswer> = json(await bodyAt(admin, '/about', asking))
  const { version, target, listen } = about
  if (typeof version !== 'string' || typeof target !== 'string' || typeof listen?.port !== 'number') return undefined
  return {
    version: shown(version),
    target: shown(target),
    listen: { host: shown(String(listen.host)), port: listen.port },
  }
}

/** It may be anybody who says so. */
function shown(text: string): string {
  return inOneLine(text, TEXT_CHARS_MAX)
}

/** The health port answers any other path with where it is. */
export async function isPodspansHealth(health: Address, asking: Asking): Promise<boolean> {
  return (await bodyAt(health, '/', asking)).startsWith('podspan: /healthz')
}

async function bodyAt({ host, port }: Address, path: string, asking: Asking): Promise<string> {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  const authority = reachable.includes(':') ? `[${reachable}]:${port}` : `${reachable}:${port}`
  const asked = await speechAt({ host: reachable, port }, { method: 'GET', path, authority }, asking)
  return isFailure(asked) || asked.speech.kind !== 'http1' ? '' : asked.speech.body
}

function json(text: string): object {
  try {
    // A body in chunks has their lengths around it.
    const parsed: unknown = JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1))
    return typeof parsed === 'object' && parsed !== null ? parsed : {}
  } catch {
    return {}
  }
}

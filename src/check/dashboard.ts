/** The user's own dashboard of --push: can it be reached? Nothing is posted. */
import type { Config } from '../config.ts'
import { approach } from './approach.ts'
import type { Asking } from './ask.ts'
import { type Found, failed, ok } from './finding.ts'

const ABOUT = 'push'

export async function checkDashboard({ push }: Config, asking: Asking): Promise<Found> {
  if (push === undefined) return { findings: [] }
  const { origin, pathname } = new URL(push)
  const where = origin + pathname
  const way = await approach(push, '/', {}, asking)
  if (way.step === 'arrived' && way.asked.speech.kind === 'http1')
    return { findings: [ok(ABOUT, `${where} is there; whether it takes posts is not tried`)] }
  const why = {
    name: 'the name is not resolved',
    connect: 'nobody answers there',
    tls: 'TLS does not come about',
    arrived: 'no HTTP/1.1 is spoken there',
  }[way.step]
  const code = 'code' in way ? ` (${way.code})` : ''
  return {
    findings: [failed(ABOUT, `${where}: ${why}${code}`, 'posts wait for it, and the oldest are dropped and counted')],
  }
}

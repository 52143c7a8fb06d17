/** Who stands where no OTLP receiver does: the usual neighbours are known by what they say of themselves. */
import { approach, type TlsTexts } from './approach.ts'
import type { Asking } from './ask.ts'
import { inOneLine } from './speech.ts'

export type Neighbour =
  | { readonly kind: 'prometheus' }
  | { readonly kind: 'jaeger' }
  | { readonly kind: 'page'; readonly title: string }

const TITLE_CHARS_MAX = 60

export async function neighbourAt(url: string, tls: TlsTexts, asking: Asking): Promise<Neighbour | undefined> {
  const bodyAt = async (path: string): Promise<string> => {
    const way = await approach(url, path, tls, asking)
    return way.step === 'arrived' && way.asked.speech.kind === 'http1' ? way.asked.speech.body : ''
  }
  const [health, services, root] = await Promise.all([bodyAt('/-/healthy'), bodyAt('/api/services'), bodyAt('/')])
  if (health.includes('Prometheus Server is Healthy')) return { kind: 'prometheus' }
  if (/"data":.*"total":\d+/s.test(services)) return { kind: 'jaeger' }
  const title = inOneLine(/<title>([^<]*)/i.exec(root)?.[1] ?? '', TITLE_CHARS_MAX)
  return title === '' ? undefined : { kind: 'page', title }
}

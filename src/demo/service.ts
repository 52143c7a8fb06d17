/** The demo's service, a small shop: the app that `podspan demo` stands before. It knows nothing of podspan, as any app would. */
import type { Server } from 'node:http'
import type { Clock } from '../clock.ts'
import { http } from '../node-http.ts'
import { CATALOGUE } from './catalogue.ts'
import { CHAT, startChat } from './chat.ts'
import { FRONT_PAGE } from './front-page.ts'
import { json, type Page, type Visit } from './page.ts'
import { STREAMS } from './streams.ts'
import { TILL } from './till.ts'

export interface Demo {
  /** On 127.0.0.1. */
  readonly port: number
  close(): Promise<void>
}

const PAGES: readonly Page[] = [...FRONT_PAGE, ...CATALOGUE, ...TILL, ...STREAMS]

/** The paths that it has, as templates. */
export const TEMPLATES: readonly string[] = [...PAGES.map(({ template }) => template), CHAT]

/** Listens on a free port of 127.0.0.1; rejects with the system's error when there is none. */
export function startDemo({ clock }: { readonly clock: Clock }): Promise<Demo> {
  const visits = new Map<Page, number>()
  const server = http.createServer((request, response) => {
    const [path = '', query] = (request.url ?? '').split('?', 2)
    const method = request.method === 'HEAD' ? 'GET' : request.method
    const found = PAGES.flatMap((page) => {
      const parameter = parameterOf(page.template, path)
      return parameter === undefined ? [] : [{ page, parameter }]
    })
    const match = found.find(({ page }) => page.method === method)
    if (match === undefined) return refuse({ response }, path, found)
    const { page, parameter } = match
    const number = (visits.get(page) ?? 0) + 1
    visits.set(page, number)
    page.visit({ request, response, clock, parameter, query: new URLSearchParams(query), number })
  })
  const endChat = startChat(server, clock)
  const close = (): Promise<void> => {
    endChat()
    return closed(server)
  }
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve({ port: portOf(server), close }))
  })
}

/** What stands for the name in braces, '' where there is none in the template; undefined when the path is another. */
function parameterOf(template: string, path: string): string | undefined {
  const at = template.indexOf('{')
  if (at === -1) return path === template ? '' : undefined
  const parameter = path.startsWith(template.slice(0, at)) ? path.slice(at) : ''
  return parameter === '' || parameter.includes('/') ? undefined : parameter
}

function refuse(visit: Pick<Visit, 'response'>, path: string, found: readonly { readonly page: Page }[]): void {
  if (found.length === 0) return json(visit, 404, { error: `no ${path} in this shop` })
  json(visit, 405, { error: 'not by this method' }, { allow: found.map(({ page }) => page.method).join(', ') })
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the demo listens on no port')
  return address.port
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

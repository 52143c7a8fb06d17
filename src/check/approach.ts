/**
 * The way to an http or https URL, step by step until one fails: the name, the connection, the handshake, and what is spoken
 * behind them. It sends one GET that changes nothing, and says what it met in plain data.
 */
import type { TLSSocket } from 'node:tls'
import { type Asked, type Asking, ask, askHttp2, connectSecurely, type Request, speechAt } from './ask.ts'
import { connectTo, isFailure, resolve, within } from './dial.ts'

export interface Certificate {
  readonly names: readonly string[]
  readonly issuer: string
  readonly validFrom: string
  readonly validTo: string
}

export type Way =
  | { readonly step: 'name'; readonly code: string }
  | { readonly step: 'connect'; readonly code: string; readonly addresses: readonly string[] }
  /** Without a certificate: the other side does not speak TLS at all; `plain` is what it speaks. */
  | {
      readonly step: 'tls'
      readonly code: string
      readonly certificate: Certificate | undefined
      readonly plain?: Asked
    }
  | { readonly step: 'arrived'; readonly asked: Asked; readonly protocol: string | undefined }

export interface TlsTexts {
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
}

interface Door {
  readonly host: string
  readonly port: number
}

export async function approach(url: string, path: string, tls: TlsTexts, asking: Asking): Promise<Way> {
  const { clock, limits, stopped } = asking
  const place = new URL(url)
  const isSecure = place.protocol === 'https:'
  const host = place.hostname.replace(/^\[|\]$/g, '')
  const port = place.port === '' ? (isSecure ? 443 : 80) : Number(place.port)
  const over = within(clock, limits.checkMs, stopped)
  const addresses = await resolve(host, over)
  if (isFailure(addresses)) return { step: 'name', code: addresses.code }
  const request: Request = { method: 'GET', path, authority: place.host }
  let code = ''
  for (const address of addresses) {
    const door = { host: address, port }
    const socket = await connectTo(door, over)
    if (!isFailure(socket)) {
      socket.destroy()
      return isSecure ? securely(door, host, request, tls, asking) : plainly(door, request, asking)
    }
    code = socket.code
  }
  return { step: 'connect', code, addresses }
}

async function plainly(door: Door, request: Request, asking: Asking): Promise<Way> {
  const asked = await speechAt(door, request, asking)
  if (isFailure(asked)) return { step: 'connect', code: asked.code, addresses: [door.host] }
  return { step: 'arrived', asked, protocol: undefined }
}

async function securely(door: Door, host: string, request: Request, tls: TlsTexts, asking: Asking): Promise<Way> {
  const over = within(asking.clock, asking.limits.checkMs, asking.stopped)
  const named = { ...tls, host: door.host, ...(door.host !== host && { servername: host }) }
  const socket = await connectSecurely(door, named, over)
  if (!isFailure(socket)) {
    const protocol = socket.alpnProtocol === false ? undefined : (socket.alpnProtocol ?? undefined)
    const asked = await (protocol === 'h2' ? askHttp2(socket, asking, over) : ask(socket, request, asking, over))
    return { step: 'arrived', asked, protocol }
  }
  // Once more, believing everything, to be able to say whose certificate it is.
  const again = within(asking.clock, asking.limits.checkMs, asking.stopped)
  const believed = await connectSecurely(door, { ...named, rejectUnauthorized: false }, again)
  const { code } = socket
  if (!isFailure(believed)) {
    const certificate = certificateOf(believed)
    believed.destroy()
    return { step: 'tls', code, certificate }
  }
  const plain = await speechAt(door, request, asking)
  return { step: 'tls', code, certificate: undefined, ...(!isFailure(plain) && { plain }) }
}

function certificateOf(socket: TLSSocket): Certificate | undefined {
  const { subject, issuer, subjectaltname, valid_from: validFrom, valid_to: validTo } = socket.getPeerCertificate()
  if (subject === undefined) return undefined
  const names = (subjectaltname ?? '').split(', ').map((name) => name.replace(/^(?:DNS|IP Address):/, ''))
  return {
    names: subjectaltname === undefined ? [textOf(subject.CN)] : names,
    issuer: textOf(issuer.CN ?? issuer.O),
    validFrom,
    validTo,
  }
}

function textOf(name: string | string[] | undefined): string {
  return [name ?? 'nobody'].flat().join(', ')
}

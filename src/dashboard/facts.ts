/** All that is known of a request beside its times, as names and values for people. Pure. */
import type { Exchange } from '../exchange.ts'
import { bytes, counted, duration } from './format.ts'

export interface Fact {
  readonly name: string
  readonly value: string
}

export function factsOf(exchange: Exchange): readonly Fact[] {
  return [...requestFacts(exchange), ...answerFacts(exchange), ...streamFacts(exchange)].filter(
    (fact): fact is Fact => fact.value !== undefined,
  )
}

interface Candidate {
  readonly name: string
  readonly value: string | undefined
}

function requestFacts({ request, peer, forwarded, kind, connectionId }: Exchange): Candidate[] {
  return [
    { name: 'Seen', value: kind === 'client' ? 'on the way out (egress)' : undefined },
    { name: 'From', value: `${peer.address} port ${peer.port}, connection ${connectionId}` },
    { name: 'Forwarded for', value: forwarded?.for },
    { name: 'Forwarded as', value: joined(forwarded?.proto, forwarded?.host) },
    { name: 'Host', value: request?.host },
    { name: 'Route', value: request?.route },
    { name: 'Version', value: request === undefined ? undefined : `HTTP/${request.httpVersion}, ${request.scheme}` },
    { name: 'User agent', value: request?.userAgent },
    { name: 'Request body', value: request === undefined ? undefined : bytes(request.bytes) },
  ]
}

function answerFacts({ response, originResponse, origin, appSpan }: Exchange): Candidate[] {
  return [
    { name: 'Answer body', value: response === undefined ? undefined : bytes(response.bytes) },
    {
      name: 'The app had said',
      value: originResponse === undefined ? undefined : `${originResponse.status}, ${bytes(originResponse.bytes)}`,
    },
    { name: 'App', value: origin === undefined ? undefined : originWords(origin) },
    {
      name: 'Its own span',
      value: appSpan === undefined ? undefined : 'the app has an SDK and made one in this trace',
    },
  ]
}

function streamFacts({ upgrade, eventStream }: Exchange): Candidate[] {
  return [
    ...(upgrade === undefined ? [] : upgradeFacts(upgrade)),
    ...(eventStream === undefined ? [] : eventFacts(eventStream)),
  ]
}

function upgradeFacts(upgrade: NonNullable<Exchange['upgrade']>): Candidate[] {
  const messages = (count: number | undefined): string => (count === undefined ? '' : `, ${counted(count, 'message')}`)
  return [
    { name: 'Upgraded to', value: upgrade.protocol },
    { name: 'From the client', value: `${bytes(upgrade.bytesIn)}${messages(upgrade.messagesIn)}` },
    { name: 'To the client', value: `${bytes(upgrade.bytesOut)}${messages(upgrade.messagesOut)}` },
    {
      name: 'Closed',
      value: joined(
        closer(upgrade.closedBy),
        upgrade.closeCode === undefined ? undefined : `code ${upgrade.closeCode}`,
      ),
    },
  ]
}

function eventFacts({ events, firstEventMs, endedBy }: NonNullable<Exchange['eventStream']>): Candidate[] {
  return [
    { name: 'Events', value: events === undefined ? 'compressed, not counted' : counted(events, 'event') },
    { name: 'First event', value: firstEventMs === undefined ? undefined : `after ${duration(firstEventMs)}` },
    { name: 'Ended', value: closer(endedBy) ?? 'by podspan' },
  ]
}

function originWords({ address, port, attempt }: NonNullable<Exchange['origin']>): string {
  const at = port === undefined ? address : `${address} port ${port}`
  return attempt > 1 ? `${at}, at attempt ${attempt}` : at
}

function closer(by: 'client' | 'origin' | undefined): string | undefined {
  if (by === undefined) return undefined
  return by === 'client' ? 'by the client' : 'by the app'
}

function joined(...parts: readonly (string | undefined)[]): string | undefined {
  const present = parts.filter((part) => part !== undefined)
  return present.length === 0 ? undefined : present.join(', ')
}

/** How a request ended, in words and in the tone that its words are shown in. Pure. */
import type { DecoratorNote, Exchange, Outcome } from '../exchange.ts'

/** `bad`: the server's fault, or no answer. `warn`: the client's. */
export type Tone = 'good' | 'neutral' | 'warn' | 'bad'

const ENDINGS: Readonly<Record<Outcome, string>> = {
  complete: 'Complete: the client has the whole answer.',
  'client-aborted': 'The client went away before it had the whole answer.',
  'origin-aborted': 'The app closed the connection before its answer was whole.',
  'origin-unreachable': 'The app could not be reached.',
  'timed-out': 'It took too long and was given up.',
  'refused-request': 'Refused: what the client sent was no correct request. The app saw nothing of it.',
  'refused-response': "The app's answer was not correct HTTP and was not passed on.",
}

const NOTES: Readonly<Record<Exclude<Outcome, 'complete'>, string>> = {
  'client-aborted': 'client left',
  'origin-aborted': 'app closed early',
  'origin-unreachable': 'app unreachable',
  'timed-out': 'timed out',
  'refused-request': 'bad request refused',
  'refused-response': 'bad answer refused',
}

const DEEDS: Readonly<Record<DecoratorNote['did'], string>> = {
  'changed-request': 'changed the request',
  answered: "answered in the app's place",
  'changed-response': 'changed the answer',
  failed: 'failed, and was passed over',
}

const SIDES = { client: "the client's side", origin: "the app's side", sidecar: 'podspan itself' } as const

export function toneOf({ response, outcome, upgrade }: Exchange): Tone {
  if (outcome === 'client-aborted') return 'warn'
  if (outcome !== 'complete') return 'bad'
  if (upgrade !== undefined || response === undefined) return 'neutral'
  if (response.status >= 500) return 'bad'
  if (response.status >= 400) return 'warn'
  return response.status >= 300 ? 'neutral' : 'good'
}

export function endingOf({ outcome, upgrade }: Exchange): string {
  if (outcome === 'complete' && upgrade !== undefined)
    return 'The connection was upgraded, and both sides have closed it.'
  return ENDINGS[outcome]
}

/** The few words beside a row of the list; most rows need none. */
export function noteOf({ outcome, upgrade, eventStream, decorators }: Exchange): string | undefined {
  if (outcome !== 'complete') return NOTES[outcome]
  if (upgrade !== undefined) return upgrade.protocol
  if (eventStream !== undefined) return 'event stream'
  const note = decorators?.[0]
  return note === undefined ? undefined : `${note.name} ${DEEDS[note.did]}`
}

export function deedOf({ did }: DecoratorNote): string {
  return DEEDS[did]
}

export function sideOf(at: NonNullable<Exchange['error']>['at']): string {
  return SIDES[at]
}

/** The target as it was asked for. A connection that was no request, or was not read, has none. */
export function targetOf({ request, upgrade }: Exchange): { readonly method: string; readonly path: string } {
  if (request === undefined)
    return { method: '–', path: upgrade === undefined ? '(no request)' : '(unread connection)' }
  return { method: request.method, path: request.path }
}

/**
 * What a hook gave → what podspan will send: completed where it can be, refused where it would break the message.
 * Decorators are code of others, often without types, so nothing is taken for what its type says. A wrong result is a bug
 * of the decorator and throws; the chain treats it like any other throw of that decorator.
 */
import type { Field } from '../http1/message.ts'
import type { Answer, RequestChange, RequestView, ResponseChange, ResponseView } from './decorator.ts'
import { isTarget, isText, isToken, makeField } from './field.ts'

export function checkRequestChange(change: RequestChange, view: RequestView): RequestChange {
  const { method, target, fields } = change
  if (method !== undefined) ensure(isToken(method), 'the method is not a token')
  // The answer to HEAD ends at its head and the others do not: the client, too, must know which of the two was asked.
  if (method !== undefined)
    ensure(isHead(method) === isHead(view.method), 'HEAD may not become another method, nor the reverse')
  if (target !== undefined) ensure(isTarget(target), 'the target is empty or holds white space or a control character')
  return {
    kind: 'request',
    ...(method === undefined ? {} : { method }),
    ...(target === undefined ? {} : { target }),
    ...(fields === undefined ? {} : { fields: complete(fields, view.fields) }),
  }
}

export function checkResponseChange(change: ResponseChange, view: ResponseView): ResponseChange {
  const { status, reason, fields } = change
  if (status !== undefined) {
    checkStatus(status)
    // The body passes as it is: a 204 with one, or a 200 without an end, would put the connection out of step.
    ensure(
      isBodiless(status) === isBodiless(view.status),
      `${view.status} may not become ${status}: one has a body and the other none; give a whole answer instead`,
    )
  }
  if (reason !== undefined) checkReason(reason)
  return {
    kind: 'response',
    ...(status === undefined ? {} : { status }),
    ...(reason === undefined ? {} : { reason }),
    ...(fields === undefined ? {} : { fields: complete(fields, view.fields) }),
  }
}

export function checkAnswer(answer: Answer, bodyBytesMax: number): Answer {
  const { status, reason, fields, body } = answer
  checkStatus(status)
  checkReason(reason)
  ensure(body instanceof Uint8Array, 'the body of an answer is a Uint8Array')
  ensure(body.length <= bodyBytesMax, `an answer of ${body.length} bytes; at most ${bodyBytesMax} are taken`)
  return { kind: 'answer', status, reason, fields: complete(fields, []), body }
}

/** Fields of the message itself stay as they are, byte for byte; others need a name and a value, the rest is made here. */
function complete(fields: readonly Field[], known: readonly Field[]): readonly Field[] {
  ensure(Array.isArray(fields), 'fields is not an array')
  const own = new Set(known)
  return fields.map((each) => {
    if (own.has(each)) return each
    const made = makeField(each.name, each.value)
    if (typeof made === 'string') throw new TypeError(made)
    return made
  })
}

function checkStatus(status: number): void {
  ensure(Number.isInteger(status) && status >= 200 && status <= 599, `status ${status} is not between 200 and 599`)
}

function checkReason(reason: string): void {
  ensure(isText(reason), 'the reason is not a text, or holds a control character')
}

function isHead(method: string): boolean {
  return method === 'HEAD'
}

function isBodiless(status: number): boolean {
  return status === 204 || status === 304
}

function ensure(holds: boolean, message: string): void {
  if (!holds) throw new TypeError(message)
}

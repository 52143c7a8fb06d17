import { expect, test } from 'vitest'
import { createCodec } from '../../otel/otlp.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text)

test.each([
  ['{"partialSuccess":{"rejectedSpans":"3","errorMessage":"old"}}', { rejected: 3, message: 'old' }],
  ['{"partialSuccess":{"rejectedSpans":3}}', { rejected: 3, message: '' }],
  ['{"partialSuccess":{"errorMessage":"only a warning"}}', undefined],
  ['{"partialSuccess":{"rejectedSpans":"many"}}', undefined],
  ['{"partialSuccess":{"rejectedSpans":-3}}', undefined],
  ['{"partialSuccess":null}', undefined],
  ['{}', undefined],
  ['null', undefined],
  ['', undefined],
  ['{"partial', undefined],
])('the answer %j', (answer, expected) => {
  expect(createCodec('traces', 'http/json').rejection(bytes(answer))).toEqual(expected)
})

test.each(['traces', 'metrics', 'logs'] as const)('%s: in protobuf the counts have one place', (name) => {
  const { rejection } = createCodec(name, 'http/protobuf')
  // partial_success = 1 { rejected = 1: 5, error_message = 2: "no" }
  expect(rejection(Uint8Array.from([10, 6, 8, 5, 18, 2, 110, 111]))).toEqual({ rejected: 5, message: 'no' })
  expect(rejection(bytes('<html>'))).toBeUndefined()
  expect(rejection(new Uint8Array())).toBeUndefined()
})

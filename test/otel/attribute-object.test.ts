import { expect, test } from 'vitest'
import { AttributeObject } from '../../otel/attribute-object.ts'

test('what is undefined is not there', () => {
  const sink = new AttributeObject()
  sink.text('a', 'x')
  sink.text('b', undefined)
  sink.int('c', 0)
  sink.double('d', undefined)
  sink.flag('e', false)
  sink.texts('f', ['y'])
  expect(sink.attributes).toStrictEqual({ a: 'x', c: 0, e: false, f: ['y'] })
})

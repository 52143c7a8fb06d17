import { afterEach, expect, test } from 'vitest'
import { parseSpans, startSink } from '../../../bench/subjects/collector.ts'

const cleanups: (() => Promise<void>)[] = []
afterEach(() => Promise.all(cleanups.splice(0).map((cleanup) => cleanup())))

test("spans are counted from the debug exporter's lines", () => {
  expect(parseSpans('Traces\t{"resource spans": 1, "spans": 512}')).toBe(512)
  expect(parseSpans('Metrics\t{"data points": 9}')).toBe(0)
})

test('the receiver counts the bytes of each signal and when the first came', async () => {
  const sink = await startSink()
  cleanups.push(sink.stop)
  for (const body of ['abc', 'de']) await fetch(`${sink.url}/v1/traces`, { method: 'POST', body })
  expect(sink.bytes.get('traces')).toBe(5)
  expect(sink.firstMs.has('traces')).toBe(true)
  expect(sink.bytes.has('metrics')).toBe(false)
})

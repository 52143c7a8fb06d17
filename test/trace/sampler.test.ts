import { expect, test } from 'vitest'
import { createSampler, ratioSampler } from '../../src/trace/sampler.ts'

const LOW = `${'0'.repeat(18)}${'0'.repeat(14)}`
const HIGH = `${'0'.repeat(18)}${'f'.repeat(14)}`

test.each([
  ['always_on', 1, LOW, false, true],
  ['always_off', 1, HIGH, true, false],
  ['parentbased_always_on', 1, LOW, false, false],
  ['parentbased_always_on', 1, LOW, undefined, true],
  ['parentbased_always_off', 1, HIGH, true, true],
  ['parentbased_always_off', 1, HIGH, undefined, false],
  ['traceidratio', 0.5, LOW, true, false],
  ['traceidratio', 0.5, HIGH, false, true],
  ['traceidratio', 1, LOW, undefined, true],
  ['traceidratio', 0, HIGH, undefined, false],
  ['parentbased_traceidratio', 0.5, LOW, true, true],
] as const)('%s(%d) of %s with parent %s: %s', (name, ratio, traceId, parent, expected) => {
  expect(createSampler(name, ratio)({ traceId, parentSampled: parent }).sampled).toBe(expected)
})

// Thresholds of the specification's own examples.
test.each([
  [1, '0'],
  [0.5, '8'],
  [0.25, 'c'],
  [0.1, 'e6666666666666'],
  [1 / 3, 'aaaaaaaaaaaaac'],
])('a ratio of %d has the threshold %s', (ratio, threshold) => {
  expect(ratioSampler(ratio)({ traceId: 'f'.repeat(32), parentSampled: undefined }).threshold).toBe(threshold)
})

import { expect, test } from 'vitest'
import { field } from '../../src/http1/message.ts'
import { createRules } from '../../src/trace/sampling-rules.ts'

const rules = createRules([
  { path: '/readyz', ratio: 1 },
  { path: '/static/*', ratio: 0 },
  { path: '/static/app.js', ratio: 1 },
])

test.each([
  ['/healthz', 'never'],
  ['/healthz?verbose', 'never'],
  ['/livez', 'never'],
  ['/healthz/deep', 'none'],
  ['/readyz', 'a ratio'],
  ['/static/a.css', 'never'],
  ['/static/app.js', 'never'],
  ['/', 'none'],
])('%s: %s', (target, expected) => {
  const rule = rules(target, [])
  expect(rule === 'never' ? rule : rule === undefined ? 'none' : 'a ratio').toBe(expected)
})

test('what the kubelet asks is never traced', () => {
  expect(rules('/any', [field('user-agent', 'kube-probe/1.33+')])).toBe('never')
  expect(rules('/any', [field('user-agent', 'curl kube-probe/1')])).toBeUndefined()
})

/** The whole of inject: golden files, and what holds for whatever is put in. */
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { type Injected, inject, uninject } from '../../src/inject/inject.ts'
import { isJson } from '../../src/inject/layout.ts'
import { problemText } from '../../src/inject/problem.ts'
import {
  type Asked,
  deployment,
  done,
  GOLDEN,
  goldenFile,
  goldenInput,
  injectWith,
  LIMITS,
  problemsOf,
  service,
} from '../support/inject.ts'
import { input, mutated } from '../support/workloads.ts'

describe.each(Object.entries(GOLDEN))('golden %s', (name, asked) => {
  it('comes out as kept', async () => {
    const { text, notes } = done(goldenInput(name), asked)
    await expect(text).toMatchFileSnapshot(goldenFile(name, 'out'))
    await expect(`${notes.join('\n')}\n`).toMatchFileSnapshot(goldenFile(name, 'in').replace(/in\.\w+$/, 'notes.txt'))
  })

  it('goes back to the last byte, and twice is once', () => {
    const { text } = done(goldenInput(name), asked)
    expect(uninject(text, LIMITS)).toMatchObject({ ok: true, text: goldenInput(name), notes: [] })
    expect(done(text, asked).text).toBe(text)
  })
})

const asked: fc.Arbitrary<Asked> = fc.record(
  {
    blackBox: fc.boolean(),
    sharedPid: fc.boolean(),
    opaque: fc.boolean(),
    probes: fc.constantFrom('leave', 'through'),
    preStopSeconds: fc.constantFrom(0, 7),
    otlpEndpoint: fc.constant('http://collector:4318'),
  },
  { requiredKeys: [] },
)

describe('whatever workload, however it is written', () => {
  const runs = { numRuns: 60 }

  it('is injected, goes back to the last byte, and twice is once', () => {
    fc.assert(
      fc.property(input, asked, ({ text }, options) => {
        const injected = injectWith(text, options)
        if (!injected.ok) return onlyWhatIsRight(injected.problems.map(problemText), text)
        expect(uninject(injected.text, LIMITS)).toMatchObject({ ok: true, text })
        expect(done(injected.text, options).text).toBe(injected.text)
        expect(isJson(injected.text)).toBe(isJson(text))
      }),
      runs,
    )
  })

  it('takes other options in place of those it was injected with', () => {
    fc.assert(
      fc.property(input, asked, asked, ({ text }, before, after) => {
        const injected = injectWith(text, before)
        const again = injectWith(injected.ok ? injected.text : text, after)
        const anew = injectWith(text, after)
        expect(again.ok).toBe(anew.ok)
        if (again.ok) expect(again).toEqual(anew)
      }),
      runs,
    )
  })

  it('has podspan before the app, and the Service before podspan', () => {
    fc.assert(
      fc.property(input, ({ text, appPort, hasService }) => {
        const injected = injectWith(text)
        if (!injected.ok) return
        const [, listen, container, target] =
          /podspan listens on (\d+) before container (\w+), which listens on (\d+)/.exec(injected.notes[0] ?? '') ?? []
        expect([container, target]).toEqual(['app', String(appPort)])
        const flat = JSON.stringify(done(text).documents)
        expect(flat).toContain(JSON.stringify(['--port', listen, '--target', target]))
        if (hasService) expect(flat).toMatch(new RegExp(`"targetPort":${listen}[,}]`))
      }),
      runs,
    )
  })

  /** Behind a block of text that ends without a newline nothing can be put; and a root app is no company for podspan. */
  function onlyWhatIsRight(problems: readonly string[], text: string): void {
    const isCut = text.endsWith('\n') ? [] : ['End the file with a newline']
    const right = [...isCut, 'runs as root, which podspan never does']
    expect(problems.filter((problem) => !right.some((each) => problem.includes(each)))).toEqual([])
  }
})

it('answers whatever is broken in the text, and never throws', () => {
  fc.assert(
    fc.property(mutated, asked, (text, options) => {
      const [injected, bare] = [injectWith(text, options), uninject(text, LIMITS)]
      if (!injected.ok) {
        expect(injected.problems).not.toEqual([])
        for (const { line, column } of injected.problems) expect(Math.min(line, column)).toBeGreaterThan(0)
      } else {
        const back = uninject(injected.text, LIMITS)
        expect(meaning(back)).toEqual(meaning(bare))
        // What was almost JSON may have become it by a change, and then it stays so.
        if (isJson(injected.text) && !isJson(text)) return
        expect(done(injected.text, options).text).toBe(injected.text)
        // A marker may be broken, too.
        if (!text.includes('podspan/injected')) expect(back).toMatchObject({ ok: true, text })
      }
    }),
    { numRuns: 150 },
  )
})

function meaning(result: Injected): unknown {
  return result.ok && parseAllDocuments(result.text, { version: '1.1' }).map((document) => document.toJS())
}

test('every problem of every document is told, where it is in what was given', () => {
  const text = `${deployment({ ports: '[{containerPort: 8080, name: https}]' })}${service('{port: 1, targetPort: https, name: h2c}')}---\nfoo: 1\n`
  const problems = [
    '13:41: document 1, Deployment shop: spec.template.spec.containers[0].ports[0].name says that the port speaks TLS; podspan reads HTTP/1.1. --opaque passes its bytes unread; --app-port names another port.',
    '21:40: document 2, Service shop: spec.ports[0].name says that the port speaks HTTP/2; podspan reads HTTP/1.1. --opaque passes its bytes unread; --app-port names another port.',
    '23:1: document 3: is no Kubernetes object. Give what kubectl apply takes: maps with apiVersion and kind.',
  ]
  expect(problemsOf(text)).toEqual(problems)
  // Injected, all is some lines further down: a problem stands where the person sees it.
  const injected = done(text.replace('---\nfoo: 1\n', ''), { opaque: true }).text
  const lines = injected.split('\n')
  for (const problem of problemsOf(injected)) {
    const [line, column] = problem.split(':').map(Number)
    expect(lines[Number(line) - 1]?.slice(Number(column) - 1)).toMatch(/^name: (https|h2c)/)
  }
  expect(problemsOf(injected)).toHaveLength(2)
})

test('a workload without a port stays as it is beside one that has one', () => {
  const { text, notes } = done(`${deployment({})}---\n${deployment({ name: 'worker', ports: '[]' })}`)
  expect(text.endsWith(`---\n${deployment({ name: 'worker', ports: '[]' })}`)).toBe(true)
  expect(notes).toContain('Deployment worker: stays as it is, for it declares no port in container app')
})

test.each([
  ['', 'document 1: there is no workload in the input'],
  ['# nothing\n', 'document 1: there is no workload in the input'],
  ['kind: ConfigMap\n', 'document 1: there is no workload in the input'],
  [deployment({ ports: '[]' }), 'declares no port in container app. Name its port with --app-port'],
  ['- a\n', 'document 1: is no Kubernetes object'],
  ['text', 'document 1: is no Kubernetes object'],
])('%j has nothing to inject', (text, message) => {
  expect(problemsOf(text).join('\n')).toContain(message)
})

test('kinds that inject does not know stay as they are, and those with pods are told', () => {
  const rollout = deployment({ name: 'canary' }).replace('kind: Deployment', 'kind: Rollout')
  const { text, notes } = done(`${rollout}---\n${deployment({})}`)
  expect(text.startsWith(rollout)).toBe(true)
  expect(notes).toContain('Rollout canary: is of a kind that inject does not know, and stays as it is')
})

test('without podspan in it there is nothing to take out', () => {
  expect(uninject(deployment({}), LIMITS)).toEqual({
    ok: true,
    text: deployment({}),
    notes: ['nothing was injected here'],
  })
})

test('a text that is too long is not read', () => {
  const options = { limits: { ...LIMITS, injectBytesMax: 10 } }
  expect(inject(deployment({}), options)).toMatchObject({ ok: false, problems: [{ line: 1, column: 1 }] })
})

/** Taking podspan out again when the text has changed meanwhile. */
import { describe, expect, it, test } from 'vitest'
import { Document, parse, parseDocument } from 'yaml'
import { uninject } from '../../src/inject/inject.ts'
import { problemText } from '../../src/inject/problem.ts'
import { deployment, done, LIMITS, service } from '../support/inject.ts'

const PLAIN = deployment({ pod: 'volumes: ~', ports: '[{containerPort: 3000, name: http}]' })
const TEXT = PLAIN + service('{port: 80, targetPort: http}')
const INJECTED = done(TEXT).text

function taken(text: string): { text: string; notes: readonly string[] } {
  const result = uninject(text, LIMITS)
  if (!result.ok) throw new Error(result.problems.map(problemText).join('\n'))
  return result
}

describe('what somebody has changed since', () => {
  it('stays beside what is taken out', () => {
    const container = '        - name: later\n          image: later:1\n'
    const text = INJECTED.replace('      initContainers:\n', `      initContainers:\n${container}`)
      .replace(
        'metadata:\n  name: shop\n  annotations:\n',
        'metadata:\n  name: shop\n  annotations:\n    mine: "yes"\n',
      )
      .replace(/volumes: .*/, 'volumes: [{name: mine}]')
    const bare = taken(text)
    const object = parse(bare.text.split('---')[0] ?? '')
    expect(object.metadata.annotations).toEqual({ mine: 'yes' })
    expect(object.spec.template.spec.initContainers).toEqual([{ name: 'later', image: 'later:1' }])
    expect(object.spec.template.spec.volumes).toEqual([{ name: 'mine' }])
    expect(bare.notes).toEqual(['Deployment shop: spec/template/spec/volumes/podspan-podinfo is not there any more'])
  })

  it('is not set back, and is told', () => {
    const bare = taken(INJECTED.replace('targetPort: 8080', 'targetPort: 9999'))
    expect(bare.text).toBe(TEXT.replace('targetPort: http', 'targetPort: 9999'))
    expect(bare.notes).toEqual(['Service shop: spec/ports/80/targetPort was changed since, and stays'])
  })

  it('may be another order', () => {
    const document = parseDocument(INJECTED.split('---')[0] ?? '')
    const pod = document.getIn(['spec', 'template', 'spec']) as { items: unknown[] }
    pod.items.reverse()
    expect(parse(taken(String(document)).text)).toEqual(parse(PLAIN))
  })

  it('may be all of the layout: YAML that has become JSON', () => {
    const [workload, behind] = INJECTED.split('---').map((part) => parse(part))
    const list = { apiVersion: 'v1', kind: 'List', items: [workload, behind] }
    const bare = JSON.parse(taken(JSON.stringify(list, null, 2)).text)
    expect(bare.items).toEqual(TEXT.split('---').map((part) => parse(part)))
  })

  it('may be all of the layout: JSON that has become YAML', () => {
    const object = parse(TEXT.split('---')[1] ?? '')
    const shop = parse(PLAIN)
    const tight = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [shop, object] })
    const [document] = done(tight).documents
    expect(parse(taken(String(parseDocument(JSON.stringify(document)))).text).items).toEqual([shop, object])
    const block = document.items.map((item: object) => String(new Document(item))).join('---\n')
    expect(
      taken(block)
        .text.split('---\n')
        .map((part) => parse(part)),
    ).toEqual([shop, object])
  })
})

test('a map inside of a map, both made for it, go together', () => {
  const text = TEXT.replace(/(kind: Service)\nmetadata:\n {2}name: shop\n/, '$1\n')
  expect(text).not.toBe(TEXT)
  expect(taken(done(text).text).text).toBe(text)
})

test.each([
  ['"no JSON"', 'is not what inject has written. Take podspan and this annotation out by hand'],
  ['"{}"', undefined],
  ['\'{"added":["spec/nothing","kind"]}\'', undefined],
  ['\'{"added":["spec/template/spec","spec/template/spec/containers"]}\'', undefined],
  ['\'{"created":["spec"],"was":{"kind":[": A\\nb: c","Deployment"]}}\'', 'is not what inject has written'],
  ['\'{"was":{"kind":[": *b","Deployment"]}}\'', 'is not what inject has written'],
  ['\'{"added":["apiVersion","kind","metadata","spec"]}\'', 'cannot be changed without changing more'],
  ['7', 'is not what inject has written'],
])('a marker %s from elsewhere does no harm', (marker, problem) => {
  const text = PLAIN.replace(
    'metadata:\n  name: shop',
    `metadata:\n  annotations:\n    podspan/injected: ${marker}\n  name: shop`,
  )
  const result = uninject(text, LIMITS)
  expect(result.ok ? undefined : result.problems.map(problemText).join('\n')).toEqual(
    problem === undefined ? undefined : expect.stringContaining(problem),
  )
})

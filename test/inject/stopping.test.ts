/** The end of a pod, in order. */
import { describe, expect, it } from 'vitest'
import { type Asked, deployment, done } from '../support/inject.ts'

const job = (text: string): string => text.replace('apps/v1', 'batch/v1').replace('kind: Deployment', 'kind: Job')

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever it expects
function podOf(text: string, asked: Asked = {}): any {
  return done(text, asked).documents[0].spec.template.spec
}

describe('the end of the app', () => {
  it.each<[what: string, text: string, asked: Asked, hook: object | undefined]>([
    ['five seconds later', deployment({}), {}, { sleep: { seconds: 5 } }],
    ['as late as asked', deployment({}), { preStopSeconds: 9 }, { sleep: { seconds: 9 } }],
    ['at once when asked', deployment({}), { preStopSeconds: 0 }, undefined],
    ['by a program where there is no sleep', deployment({}), { plain: true }, { exec: { command: ['sleep', '5'] } }],
    [
      'as it was when it has a hook',
      deployment({ container: 'lifecycle: {preStop: {exec: {command: [x]}}}' }),
      {},
      { exec: { command: ['x'] } },
    ],
    ['at once for a job', job(deployment({})), {}, undefined],
  ])('comes %s', (_, text, asked, hook) => {
    expect(podOf(text, asked).containers[0].lifecycle?.preStop).toEqual(hook)
  })

  it('leaves other hooks alone', () => {
    const pod = podOf(deployment({ container: 'lifecycle: {postStart: {exec: {command: [x]}}}' }))
    expect(Object.keys(pod.containers[0].lifecycle)).toEqual(['postStart', 'preStop'])
  })

  it('is told', () => {
    const said = (text: string, asked: Asked = {}): string => done(text, asked).notes.join('\n')
    expect(said(deployment({}))).toContain('goes on for 5 s when it is told to stop')
    expect(said(deployment({}), { preStopSeconds: 0 })).not.toContain('told to stop')
    const own = deployment({ container: 'lifecycle: {preStop: {exec: {command: [x]}}}' })
    expect(said(own)).toContain('has a preStop hook of its own, which stays')
  })
})

describe('the end of an ordinary sidecar', () => {
  const drain = (text: string, asked: Asked = {}): unknown => {
    const { env } = podOf(text, { ...asked, plain: true }).containers[1]
    return ['PODSPAN_MIN_DRAIN', 'PODSPAN_DRAIN'].map(
      (name) => env.find((each: { name: string }) => each.name === name).value,
    )
  }
  const grace = (seconds: number): string => deployment({ pod: `terminationGracePeriodSeconds: ${seconds}` })

  it.each<[what: string, text: string, asked: Asked, expected: readonly string[]]>([
    ['in the usual grace period', deployment({}), {}, ['8s', '25s']],
    ['in a longer one', grace(45), {}, ['8s', '30s']],
    ['in a short one', grace(10), {}, ['8s', '8s']],
    ['behind a longer sleep', deployment({}), { preStopSeconds: 20 }, ['23s', '25s']],
    ['without a sleep', deployment({}), { preStopSeconds: 0 }, ['3s', '25s']],
  ])('comes after that of the app %s', (_, text, asked, expected) => {
    expect(drain(text, asked)).toEqual(expected)
  })
})

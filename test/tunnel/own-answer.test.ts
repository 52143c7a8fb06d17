import { expect, test } from 'vitest'
import { ownAnswer } from '../../src/tunnel/own-answer.ts'

test.each([
  [400, 'Bad Request'],
  [502, 'Bad Gateway'],
  [505, 'HTTP Version Not Supported'],
  [599, 'Error'],
])('%i %s', (status, reason) => {
  const answer = ownAnswer(status, 'why')
  expect(answer).toMatchObject({ status, reason })
  expect(Buffer.from(answer.body).toString()).toBe('podspan: why\n')
})

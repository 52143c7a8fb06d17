import { expect, test } from 'vitest'
import { listeningMemory, listeningPort, setListening } from '../src/listening.ts'

test('a port is there while it is listened on', () => {
  const memory = listeningMemory()
  expect(listeningPort(memory)).toBe(0)
  setListening(memory, 8080)
  expect(listeningPort(memory)).toBe(8080)
  setListening(memory, 0)
  expect(listeningPort(memory)).toBe(0)
})

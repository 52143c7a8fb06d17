import { expect, test } from 'vitest'
import { createRoutes } from '../../src/observer/routes.ts'

const route = createRoutes([
  '/',
  '/users/{id}',
  '/users/me',
  '/users/{id}/posts/{post}',
  '/files/{path...}',
  '/files/index.html',
  '/report.{format}',
  '/v1/*',
  '/a.b',
])

test.each([
  ['/', '/'],
  ['/users/7', '/users/{id}'],
  ['/users/me', '/users/me'],
  ['/users/', undefined],
  ['/users', undefined],
  ['/users/7/posts/9', '/users/{id}/posts/{post}'],
  ['/users/7/posts', undefined],
  ['/files/a/b/c', '/files/{path...}'],
  ['/files/index.html', '/files/index.html'],
  ['/report.pdf', '/report.{format}'],
  ['/v1/x/y', '/v1/*'],
  ['/a.b', '/a.b'],
  ['/axb', undefined],
  ['/users/%2F', '/users/{id}'],
  ['*', undefined],
])('%s is %s', (path, expected) => {
  expect(route(path)).toBe(expected)
})

test('however many paths there are, only templates come out', () => {
  const seen = new Set(Array.from({ length: 10_000 }, (_, at) => route(`/users/${at}/posts/${at}`)))
  expect([...seen]).toEqual(['/users/{id}/posts/{post}'])
})

test('without templates nothing has a route', () => {
  expect(createRoutes([])('/')).toBeUndefined()
})

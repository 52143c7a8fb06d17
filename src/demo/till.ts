/** The shop's till: cart, checkout, login. The payment provider behind it stalls at times, and at times it fails. */
import { json, later, type Page, type Visit, withBody, withJson } from './page.ts'

/** What the provider does with one payment after the other. */
const PAYMENTS: readonly { readonly ms: number; readonly status: number }[] = [
  { ms: 80, status: 201 },
  { ms: 120, status: 201 },
  { ms: 1_400, status: 201 },
  { ms: 30, status: 500 },
  { ms: 90, status: 201 },
  { ms: 2_200, status: 503 },
]
const PASSWORD = 'podspan'

export const TILL: readonly Page[] = [
  { method: 'GET', template: '/cart', visit: cart },
  { method: 'POST', template: '/cart/items', visit: addItem },
  { method: 'POST', template: '/checkout', visit: checkout },
  { method: 'POST', template: '/login', visit: login },
  { method: 'GET', template: '/account', visit: account },
  { method: 'POST', template: '/uploads', visit: upload },
]

function cart(visit: Visit): void {
  json(visit, 200, { items: [{ product: 7, count: 1 }], total: 39 })
}

function addItem(visit: Visit): void {
  withJson(visit, (item) => later(visit, 15, () => json(visit, 201, { added: item })))
}

function checkout(visit: Visit): void {
  withJson(visit, () => {
    const payment = PAYMENTS[(visit.number - 1) % PAYMENTS.length]
    if (payment === undefined) throw new Error('there is no payment')
    const { ms, status } = payment
    later(visit, ms, () => {
      if (status === 201) json(visit, 201, { order: 1_000 + visit.number, paid: true })
      else if (status === 500) json(visit, 500, { error: 'the payment provider said something strange' })
      else json(visit, status, { error: 'the payment provider does not answer' }, { 'retry-after': '5' })
    })
  })
}

function login(visit: Visit): void {
  withJson(visit, (given) => {
    const isRight = typeof given === 'object' && given !== null && 'password' in given && given.password === PASSWORD
    if (isRight) json(visit, 200, { welcome: true }, { 'set-cookie': 'session=demo; HttpOnly' })
    else json(visit, 401, { error: 'wrong password' }, { 'www-authenticate': 'Bearer' })
  })
}

function account(visit: Visit): void {
  if (visit.request.headers.cookie?.includes('session=') === true) json(visit, 200, { name: 'Ada', orders: 3 })
  else json(visit, 401, { error: 'log in first' }, { 'www-authenticate': 'Bearer' })
}

/** A picture of what one has bought. */
function upload(visit: Visit): void {
  withBody(visit, (body) => json(visit, 201, { bytes: body.length }))
}

/** What the shop answers bit by bit: an export that breaks off now and then, and the orders as they come, without end. */
import { later, type Page, spread, type Visit } from './page.ts'

const ROWS = 200
const ROWS_A_CHUNK = 20
const CHUNK_MS = 60
/** One export in so many meets a database that goes away. */
const BREAKS_EVERY = 5
const ORDER_MS = 800

export const STREAMS: readonly Page[] = [
  { method: 'GET', template: '/exports/orders.csv', visit: exportOrders },
  { method: 'GET', template: '/orders/feed', visit: feed },
]

function exportOrders(visit: Visit): void {
  visit.response.writeHead(200, { 'content-type': 'text/csv' })
  visit.response.write('order,product,price\n')
  sendRows(visit, 1)
}

function sendRows(visit: Visit, first: number): void {
  const { response, number } = visit
  const isBroken = number % BREAKS_EVERY === 0
  later(visit, CHUNK_MS, () => {
    if (isBroken && first > ROWS / 2) return void response.destroy()
    const rows = Array.from({ length: ROWS_A_CHUNK }, (_, at) => orderOf(first + at))
    response.write(rows.map(({ order, product, price }) => `${order},${product},${price}\n`).join(''))
    if (first + ROWS_A_CHUNK > ROWS) response.end()
    else sendRows(visit, first + ROWS_A_CHUNK)
  })
}

function feed(visit: Visit): void {
  visit.response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  sendOrder(visit, 1)
}

function sendOrder(visit: Visit, number: number): void {
  const event = `id: ${number}\nevent: order\ndata: ${JSON.stringify(orderOf(number))}\n\n`
  // Who does not read misses some.
  if (!visit.response.writableNeedDrain) visit.response.write(event)
  later(visit, ORDER_MS, () => sendOrder(visit, number + 1))
}

function orderOf(number: number): { order: number; product: number; price: number } {
  return { order: 1_000 + number, product: spread(number, 1, 8), price: spread(number, 9, 349) }
}

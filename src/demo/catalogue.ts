/** The shop's window: products, their pictures, and a search that is slow now and then, as searches are. */
import { answer, json, later, type Page, spread, type Visit } from './page.ts'

interface Product {
  readonly id: number
  readonly name: string
  readonly category: string
  readonly price: number
  readonly colour: string
}

export const PRODUCTS: readonly Product[] = [
  { id: 1, name: 'Reading lamp', category: 'light', price: 49, colour: '#e9b44c' },
  { id: 2, name: 'Floor lamp', category: 'light', price: 129, colour: '#e4572e' },
  { id: 3, name: 'Candle, box of six', category: 'light', price: 12, colour: '#f2efe9' },
  { id: 4, name: 'Writing desk', category: 'furniture', price: 349, colour: '#8d6a4f' },
  { id: 5, name: 'Bookshelf', category: 'furniture', price: 219, colour: '#5b8e7d' },
  { id: 6, name: 'Stool', category: 'furniture', price: 59, colour: '#bc4b51' },
  { id: 7, name: 'Teapot', category: 'kitchen', price: 39, colour: '#3d5a80' },
  { id: 8, name: 'Mug', category: 'kitchen', price: 9, colour: '#98c1d9' },
]
/** One search in so many finds its index cold. */
const COLD_EVERY = 6

export const CATALOGUE: readonly Page[] = [
  { method: 'GET', template: '/products', visit: list },
  { method: 'GET', template: '/products/{id}', visit: detail },
  { method: 'GET', template: '/images/{file}', visit: image },
  { method: 'GET', template: '/search', visit: search },
  { method: 'GET', template: '/go/{campaign}', visit: campaign },
]

function list(visit: Visit): void {
  const category = visit.query.get('category')
  json(
    visit,
    200,
    PRODUCTS.filter((product) => category === null || product.category === category),
  )
}

function detail(visit: Visit): void {
  const product = PRODUCTS.find(({ id }) => String(id) === visit.parameter)
  later(visit, spread(visit.number, 2, 12), () => {
    if (product === undefined) json(visit, 404, { error: 'no such product' })
    else json(visit, 200, { ...product, image: `/images/${product.id}.svg`, stock: spread(visit.number, 0, 40) })
  })
}

function image(visit: Visit): void {
  const product = PRODUCTS.find(({ id }) => `${id}.svg` === visit.parameter)
  if (product === undefined) return json(visit, 404, { error: 'no such picture' })
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 80"><rect width="80" height="80" rx="12"
 fill="${product.colour}"/><text x="40" y="52" font-size="36" text-anchor="middle">${product.name.charAt(0)}</text></svg>`
  answer(visit, 200, 'image/svg+xml', picture, { 'cache-control': 'max-age=3600' })
}

function search(visit: Visit): void {
  const isCold = visit.number % COLD_EVERY === 0
  const delayMs = isCold ? spread(visit.number, 700, 1_600) : spread(visit.number, 5, 45)
  const words = (visit.query.get('q') ?? '').toLowerCase()
  later(visit, delayMs, () => {
    const found = PRODUCTS.filter(({ name }) => name.toLowerCase().includes(words))
    json(visit, 200, { found, tookMs: delayMs })
  })
}

function campaign(visit: Visit): void {
  answer(visit, 302, 'text/plain', 'moved\n', { location: '/products/1' })
}

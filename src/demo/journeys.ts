/** What customers of the demo's shop do, step by step, as data. The secrets are there to be redacted. */

export interface Step {
  readonly path: string
  /** GET unless there is a body. */
  readonly method?: 'HEAD' | 'OPTIONS'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  /** The body goes in pieces, as from a phone. */
  readonly isSlow?: true
  /** Leaves when there is no answer by then. */
  readonly patienceMs?: number
}

export interface Journey {
  readonly userAgent: string
  readonly steps: readonly Step[]
}

const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const PHONE = 'ShopApp/3.2 (Android 16)'
const PARTNER = 'partner-import/1.4'

const PHOTO = Buffer.alloc(120_000, 'photo ')

function post(path: string, value: unknown, headers: Readonly<Record<string, string>> = {}): Step {
  return { path, body: JSON.stringify(value), headers: { 'content-type': 'application/json', ...headers } }
}

/** One customer after the other takes the next of these. */
export const JOURNEYS: readonly Journey[] = [
  {
    userAgent: BROWSER,
    steps: [
      { path: '/' },
      { path: '/images/1.svg' },
      { path: '/images/7.svg' },
      { path: '/products?category=kitchen' },
      { path: '/products/7' },
      post('/cart/items', { product: 7, count: 1 }),
      { path: '/cart' },
      post('/checkout', { cart: 1 }),
    ],
  },
  {
    userAgent: PHONE,
    steps: [
      post('/login', { user: 'ada', password: 'guess' }),
      post('/login', { user: 'ada', password: 'podspan' }),
      { path: '/account', headers: { cookie: 'session=demo-secret' } },
      post('/checkout', { cart: 2 }, { authorization: 'Bearer demo-secret' }),
    ],
  },
  {
    userAgent: BROWSER,
    steps: [{ path: '/search?q=lamp' }, { path: '/search?q=desk' }, { path: '/products/4' }, { path: '/account' }],
  },
  { userAgent: PARTNER, steps: [{ path: '/exports/orders.csv?api_key=demo-secret' }, { path: '/products' }] },
  {
    userAgent: PHONE,
    steps: [
      { path: '/go/spring' },
      { path: '/products/1' },
      post('/cart/items', { product: 1, count: 2 }),
      post('/checkout', { cart: 3 }),
    ],
  },
  {
    userAgent: BROWSER,
    steps: [
      { path: '/search?q=mug&session=demo-secret' },
      { path: '/search?q=teapot', patienceMs: 400 },
      { path: '/products/99' },
      { path: '/favicon.ico' },
    ],
  },
  {
    userAgent: PHONE,
    steps: [
      { path: '/products/8', method: 'HEAD' },
      { path: '/products/8' },
      { path: '/uploads', body: PHOTO, isSlow: true, headers: { 'content-type': 'image/jpeg' } },
      post('/checkout', { cart: 4 }),
    ],
  },
]

/** Somebody has posted a link, and all want to see the same at once. */
export const RUSH: Journey = { userAgent: BROWSER, steps: [{ path: '/products/3' }, { path: '/images/3.svg' }] }

/** The shop's front page, for a person with a browser. Everything that it has is one click away. */
import { PRODUCTS } from './catalogue.ts'
import { CHAT } from './chat.ts'
import { answer, type Page } from './page.ts'

const LINKS: readonly (readonly [path: string, text: string])[] = [
  ['/products', 'all products, as JSON'],
  ['/search?q=lamp', 'a search, slow now and then'],
  ['/go/spring', 'a campaign that leads elsewhere'],
  ['/account', 'an account, if one were logged in'],
  ['/exports/orders.csv', 'the orders, row by row'],
  ['/orders/feed', 'the orders as they come'],
  ['/missing', 'what is not there'],
]

const SHELF = PRODUCTS.map(
  ({ id, name, price }) =>
    `<a href="/products/${id}"><img src="/images/${id}.svg" width="80" height="80" alt="">${name}<br>${price}.00</a>`,
).join('\n')

const PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>podspan's demo shop</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem }
#shelf { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: 1rem }
#shelf a { text-align: center } #shelf img { display: block; margin: auto }
</style></head><body>
<h1>podspan's demo shop</h1>
<p>A small shop that is slow and fails now and then. It knows nothing of podspan, which stands before it and sees all of it.</p>
<div id="shelf">
${SHELF}
</div>
<h2>And</h2>
<ul>
${LINKS.map(([path, text]) => `<li><a href="${path}">${path}</a>: ${text}`).join('\n')}
<li><button id="pay">POST /checkout</button>: the payment provider stalls at times <output id="paid"></output>
</ul>
<h2>Help desk</h2>
<form id="say"><input name="text" aria-label="Message" placeholder="Good morning"> <button>Say</button></form>
<ul id="heard"></ul>
<script>
const chat = new WebSocket(location.origin.replace('http', 'ws') + '${CHAT}')
chat.onmessage = ({ data }) => {
  const line = document.createElement('li')
  line.textContent = data
  heard.prepend(line)
  if (heard.children.length > 8) heard.lastChild.remove()
}
say.onsubmit = (event) => {
  event.preventDefault()
  chat.send(say.text.value)
  say.reset()
}
pay.onclick = async () => {
  const { status } = await fetch('/checkout', { method: 'POST', body: '{"cart":1}' })
  paid.textContent = status
}
</script>
</body></html>
`

export const FRONT_PAGE: readonly Page[] = [
  { method: 'GET', template: '/', visit: (visit) => answer(visit, 200, 'text/html; charset=utf-8', PAGE) },
]

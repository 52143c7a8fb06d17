// A decorator in the event form, called once per request: a page of your own in place of the app's bare 404.
const PAGE = `
HTTP/1.1 404 Not Found
Content-Type: text/html

<h1>Nothing here</h1>
`

export function friendly_404({ service, server }) {
  service.on('http:404', () => server.respond(PAGE))
}

// Puts a page of its own in place of the app's 404, and says of every request what it was and how long it took.
// PORT=8080 TARGET=8087 node override-404-and-stats.cjs
const { Ambassador } = require('podspan')

const { PORT = '8080', TARGET = '8087' } = process.env

const HTTP404 = `
HTTP/1.0 404 File Not Found
Server: Ambassador
Content-Type: text/html

<!DOCTYPE html><title>404</title><h1>404: this page went for a walk</h1>
`

/** The profile of one request. */
class Stats {
  readRequest({ HTTPMethod, HTTPResource }) {
    this.request = { method: HTTPMethod, endpoint: HTTPResource }
    return this
  }
  startProfile() {
    this.started = performance.now()
    return this
  }
  readResponse({ status, message }) {
    this.response = { status, message }
    return this
  }
  endProfile() {
    this.time = `${Math.round(performance.now() - this.started)}ms`
    return this
  }
  save() {
    console.log(JSON.stringify({ stats: { request: this.request, response: this.response, time: this.time } }))
  }
}

function override_404({ service, server }) {
  service.on('http:404', () => server.respond(HTTP404))
}

function telemetry({ service, server }) {
  const stats = new Stats() // this function is called once per request: requests that overlap have one each
  server.on('http:data', (header) => stats.readRequest(header).startProfile())
  service.on('http:data', (header) => stats.readResponse(header).endProfile().save())
}

const tunnel = new Ambassador({ port: PORT, target: TARGET }).tunnel({ override_404, telemetry })
tunnel.listening.then(({ host, port }) => console.error(`listening on http://${host}:${port}`))

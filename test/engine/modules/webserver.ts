import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const content = 'hello\n'
const modified = 'Thu, 01 Jan 2015 00:00:00 GMT'
const sha256 = createHash('sha256').update(content).digest('hex')

type Answer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void

/** What the server answers, by path. */
const routes: Readonly<Record<string, Answer>> = {
  '/hello.txt': ({ headers }, response) => {
    const since = Date.parse(headers['if-modified-since'] ?? '')
    response.setHeader('Last-Modified', modified)
    if (since >= Date.parse(modified)) response.writeHead(304).end()
    else response.end(content)
  },
  '/named': (_, response) => response.setHeader('Content-Disposition', 'attachment; filename="hello.txt"').end(content),
  '/SHA256SUMS': (_, response) => response.end(`${'0'.repeat(64)}  other\n${sha256} *hello.txt\n`),
  '/moved': (_, response) => response.writeHead(302, { Location: '/hello.txt' }).end('moved'),
  '/private': ({ headers }, response) => {
    const isKnown = headers.authorization === `Basic ${Buffer.from('me:s3cret').toString('base64')}`
    if (isKnown) response.end('for me\n')
    else response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end('who are you?')
  },
  '/echo': ({ method, headers }, response, body) => {
    const told = { method, headers, body: body.toString(), bytes: body.length }
    response.setHeader('Set-Cookie', ['one=1; Path=/', 'two=2']).setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(told))
  },
  '/latin': (_, response) =>
    response.setHeader('Content-Type', 'text/plain; charset=ISO-8859-1').end(Buffer.from('h\xe9\n', 'latin1')),
  '/created': (_, response) => response.writeHead(201).end(),
}

/** A web server on the loopback interface; it does not keep the process alive. Returns its address, as cases name it. */
export const startWebServer = async (): Promise<{ readonly $URL: string; readonly $HOST: string }> => {
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const answer = routes[(request.url ?? '').replace(/\?.*/, '')]
    if (answer) answer(request, response, Buffer.concat(parts))
    else response.writeHead(404).end('there is nothing here\n')
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  server.unref()
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return { $URL: `http://${host}`, $HOST: host }
}

// A provisioner of a segment that opens sessions and takes events, and has nothing else to give: every other path answers 503,
// so a boot stays in its stage `root`. `/slow` takes 20 s, and `slow begins` is printed. usage: provisioner.serve.ts IDENTITY-FILE.
// Prints `event NODE JSON` for each event.
// On port 7 lines are echoed over TCP: a connection that stays open shows whether the network does.
import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ServerIdentity } from '../../provisioner/tls/authority.ts'
import type { BootEvent } from '../../schema/types.ts'

const { certificate, key } = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as ServerIdentity

const answer: http.RequestListener = async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  const body = Buffer.concat(chunks).toString()
  if (request.url === '/session') {
    const { node, boot } = JSON.parse(body) as { node: string; boot: string }
    console.log(`session ${node} ${request.socket.remoteAddress}`)
    response.writeHead(200).end(JSON.stringify({ node, boot, key: 'key', expires: '2100-01-01T00:00:00Z' }))
  } else if (request.url === '/events') {
    for (const event of JSON.parse(body) as BootEvent[]) console.log(`event ${event.node} ${JSON.stringify(event)}`)
    response.writeHead(204).end()
  } else if (request.url === '/slow') {
    response.writeHead(200)
    console.log('slow begins')
    for (let count = 0; count < 200 && !response.destroyed; count++) {
      response.write(Buffer.alloc(32 * 1024, count))
      await sleep(100)
    }
    response.end()
  } else response.writeHead(503, { 'retry-after': '1' }).end()
}

https.createServer({ cert: certificate, key }, answer).listen(9874, '::')
http.createServer(answer).listen(9873, '::')
createServer((socket) => {
  socket.on('error', () => {})
  socket.pipe(socket)
}).listen(7, '::', () => console.log('provisioner listens'))

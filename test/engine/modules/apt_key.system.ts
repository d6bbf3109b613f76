import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { apt_key } from '../../../engine/modules/apt_key/apt_key.ts'
import { casesOf } from './cases.ts'
import { type RootCase, runRootCases } from './rootcases.ts'

const keys = join(import.meta.dirname, 'keys')
const demo = readFileSync(join(keys, 'demo.asc'), 'utf8')

/** A key server: HKP is HTTP. */
const server = createServer(({ url }, response) => {
  if (url === '/pks/lookup?op=get&options=mr&search=0xC24B62F5') response.end(demo)
  else response.writeHead(404).end('no keys found')
})
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
server.unref()
const address = `hkp://127.0.0.1:${(server.address() as AddressInfo).port}`

const names = { $KEYS: keys, $URL: address, $DEMO: JSON.stringify(demo).slice(1, -1) }

runRootCases(apt_key, casesOf('apt_key', names) as readonly RootCase[], {
  prepare: ({ run }) => run('rm -rf /etc/apt/trusted.gpg* /etc/apt/keyrings; mkdir /etc/apt/trusted.gpg.d'),
})

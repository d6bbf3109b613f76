import { execFileSync } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The parts of a Redfish service (DSP0266, ComputerSystem) that switching a node needs, over TLS with a certificate of its own. */
export type RedfishServer = {
  readonly port: number
  /** The file with its certificate, which is its own authority. */
  readonly ca: string
  /** `sha256//…` of its key. */
  readonly pin: string
  power: 'On' | 'Off'
  boot: Record<string, string>
  allowed: string[]
  systems: string[]
  /** What it was told since the last time: `POST ForceOff`, `PATCH {…}`. */
  calls(): string[]
  stop(): Promise<void>
}

const isOn = (reset: string): boolean => !['ForceOff', 'GracefulShutdown'].includes(reset)

const bodyOf = async (request: IncomingMessage): Promise<Record<string, never>> => {
  const text = Buffer.concat(await request.toArray()).toString()
  return text === '' ? {} : JSON.parse(text)
}

export const startRedfishServer = async (user: string, password: string): Promise<RedfishServer> => {
  const directory = mkdtempSync(join(tmpdir(), 'prelude-redfish-'))
  const [key, ca] = [join(directory, 'key.pem'), join(directory, 'ca.pem')]
  const subject = ['-subj', '/CN=bmc', '-addext', 'subjectAltName=IP:127.0.0.1']
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      key,
      '-out',
      ca,
      ...subject,
    ],
    { stdio: 'ignore' },
  )
  const spki = new X509Certificate(readFileSync(ca)).publicKey.export({ type: 'spki', format: 'der' })
  let told: string[] = []
  const etag = 'W/"1"'
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

  const answer = (response: ServerResponse, status: number, body?: object) => {
    response.writeHead(status, { 'Content-Type': 'application/json' })
    response.end(body && JSON.stringify(body))
  }
  const refuse = (response: ServerResponse, status: number, message: string) =>
    answer(response, status, {
      error: { code: 'Base.1.0.GeneralError', '@Message.ExtendedInfo': [{ Message: message }] },
    })

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const { method, url = '', headers } = request
    const body = await bodyOf(request)
    if (headers.authorization !== authorization) return refuse(response, 401, 'the credentials are not valid')
    if (url === '/redfish/v1/Systems')
      return answer(response, 200, { Members: server.systems.map((path) => ({ '@odata.id': path })) })
    if (url === '/redfish/v1/Systems/1' && method === 'GET') {
      const reset = {
        target: '/redfish/v1/Systems/1/Actions/Reset',
        'ResetType@Redfish.AllowableValues': server.allowed,
      }
      return answer(response, 200, {
        '@odata.etag': etag,
        PowerState: server.power,
        Boot: server.boot,
        Actions: { '#ComputerSystem.Reset': reset },
      })
    }
    if (url === '/redfish/v1/Systems/1' && method === 'PATCH') {
      if (headers['if-match'] !== etag) return refuse(response, 412, 'the ETag is not the one of the resource')
      told.push(`PATCH ${JSON.stringify(body)}`)
      server.boot = { ...server.boot, ...(body['Boot'] as Record<string, string> | undefined) }
      return answer(response, 200, {})
    }
    if (url === '/redfish/v1/Systems/1/Actions/Reset' && method === 'POST') {
      const type = String(body['ResetType'])
      told.push(`POST ${type}`)
      server.power = isOn(type) ? 'On' : 'Off'
      return answer(response, 204)
    }
    return refuse(response, 404, `there is no ${url}`)
  }
  const listener = createServer({ key: readFileSync(key), cert: readFileSync(ca) }, (request, response) => {
    handle(request, response).catch((thrown) => refuse(response, 500, String(thrown)))
  })
  await new Promise<void>((listening) => listener.listen(0, '127.0.0.1', listening))
  const server: RedfishServer = {
    port: (listener.address() as AddressInfo).port,
    ca,
    pin: `sha256//${createHash('sha256').update(spki).digest('base64')}`,
    power: 'Off',
    boot: { BootSourceOverrideEnabled: 'Disabled', BootSourceOverrideTarget: 'None', BootSourceOverrideMode: 'Legacy' },
    allowed: ['On', 'ForceOff', 'GracefulShutdown', 'ForceRestart'],
    systems: ['/redfish/v1/Systems/1'],
    calls() {
      const calls = told
      told = []
      return calls
    },
    async stop() {
      listener.closeAllConnections()
      await new Promise((closed) => listener.close(closed))
      rmSync(directory, { recursive: true, force: true })
    },
  }
  return server
}

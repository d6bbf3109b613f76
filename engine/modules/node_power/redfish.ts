import { setTimeout as delay } from 'node:timers/promises'
import type { CurlOptions } from '../../curl.ts'
import { Failure } from '../../failure.ts'
import { curl } from '../curl.ts'
import type { Host } from '../module.ts'
import type { Action, Boot, Control, Power } from './control.ts'
import type { Controller } from './controller.ts'

type Json = Readonly<Record<string, unknown>>

const isRecord = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value)

const recordAt = (value: unknown, ...keys: readonly string[]): Json => {
  const found = keys.reduce((part: unknown, key) => (isRecord(part) ? part[key] : undefined), value)
  return isRecord(found) ? found : {}
}

/** Types of a reset by their names in DSP2046, ComputerSystem. */
const resets: Readonly<Record<Action, string>> = {
  on: 'On',
  off: 'ForceOff',
  soft: 'GracefulShutdown',
  reset: 'ForceRestart',
  cycle: 'PowerCycle',
}

/** Boot sources by their names there. */
const targets: Readonly<Record<Boot['device'], string>> = {
  bios: 'BiosSetup',
  cdrom: 'Cd',
  disk: 'Hdd',
  none: 'None',
  pxe: 'Pxe',
}

const refusal = (host: Host, { address }: Controller, said: string, hint?: string): Failure =>
  new Failure('module.power', `the controller ${address} does not do it: ${said}`, {
    at: host.at,
    hint: hint ?? 'is the address right, and may the user do that?',
  })

/** What an error of Redfish says, in its own words. */
const complaintOf = (body: unknown): string => {
  const error = recordAt(body, 'error')
  const [first] = (error['@Message.ExtendedInfo'] as unknown[] | undefined) ?? []
  return String(recordAt(first)['Message'] ?? error['message'] ?? '')
}

/** Everything that the request is made of; curl reads it from its input, so that no argument list has the password. */
const optionsOf = (controller: Controller, method: string, path: string, etag: string | undefined): CurlOptions => {
  const { address, port = 443, user, password, ca, pin, validateCerts } = controller
  const name = address.includes(':') ? `[${address}]` : address
  return [
    ['url', `https://${name}:${port}${path}`],
    ['request', method],
    ['silent', true],
    ['show-error', true],
    ['globoff', true],
    ['noproxy', '*'],
    ['connect-timeout', 10],
    ['max-time', 60],
    ['user', `${user}:${password}`],
    ['basic', true],
    ['write-out', '\n%{http_code}'],
    ['header', 'Accept: application/json'],
    ...(ca === undefined ? [] : [['cacert', ca] as const]),
    ...(pin === undefined ? [] : [['pinnedpubkey', pin] as const]),
    // A pinned key says more than a certificate that the controller has signed itself.
    ...(validateCerts && (pin === undefined || ca !== undefined) ? [] : [['insecure', true] as const]),
    ...(method === 'GET'
      ? []
      : [['data-binary', '@-'] as const, ['header', 'Content-Type: application/json'] as const]),
    ...(etag === undefined ? [] : [['header', `If-Match: ${etag}`] as const]),
  ]
}

/** Asks the controller. Throws a Failure with what it, or curl, says. */
const ask = async (
  host: Host,
  controller: Controller,
  path: string,
  { method = 'GET', body, etag }: { method?: 'GET' | 'PATCH' | 'POST'; body?: Json; etag?: string | undefined } = {},
): Promise<unknown> => {
  if (!/^\/[^\s\0]*$/.test(path)) throw refusal(host, controller, `'${path}' is no path of a resource`)
  const content = Buffer.from(body === undefined ? '' : JSON.stringify(body))
  const output = await curl(host, optionsOf(controller, method, path, etag), content)
  const text = output.stdout.toString()
  if (output.code !== 0) {
    throw refusal(host, controller, output.stderr.toString().trim() || `curl ended with ${output.code}`)
  }
  const end = text.lastIndexOf('\n')
  const status = Number(text.slice(end + 1))
  const answer = ((): unknown => {
    try {
      return JSON.parse(text.slice(0, end))
    } catch {
      return undefined
    }
  })()
  if (status >= 200 && status < 300) return answer
  throw refusal(host, controller, `${method} ${path} is answered with ${status} ${complaintOf(answer)}`.trimEnd())
}

/** The path of the one system that the controller is for. */
const findSystem = async (host: Host, controller: Controller): Promise<string> => {
  const { Members: members } = recordAt(await ask(host, controller, '/redfish/v1/Systems'))
  const paths = (Array.isArray(members) ? members : []).map((member) => String(recordAt(member)['@odata.id']))
  const [path] = paths
  if (path !== undefined && paths.length === 1) return path
  throw refusal(
    host,
    controller,
    path === undefined ? 'it has no system' : `it has ${paths.length} systems: ${paths.join(', ')}`,
    'node_power is for controllers of one node each',
  )
}

const powerOf = (system: Json): Power => (/^(?:On|PoweringOn)$/.test(String(system['PowerState'])) ? 'on' : 'off')

/** A controller that speaks Redfish (DMTF DSP0266), asked by curl where the task runs. */
export const redfishControl = (host: Host, controller: Controller): Control => {
  let path: Promise<string> | undefined
  const place = (): Promise<string> => {
    path ??= findSystem(host, controller)
    return path
  }
  const system = async (): Promise<Json> => recordAt(await ask(host, controller, await place()))
  return {
    power: async () => powerOf(await system()),
    async hasBoot({ device, uefi, persistent }) {
      const boot = recordAt(await system(), 'Boot')
      const enabled = boot['BootSourceOverrideEnabled']
      if (device === 'none') return enabled === 'Disabled'
      return (
        enabled === (persistent ? 'Continuous' : 'Once') &&
        boot['BootSourceOverrideTarget'] === targets[device] &&
        (!uefi || boot['BootSourceOverrideMode'] === 'UEFI')
      )
    },
    async setBoot({ device, uefi, persistent }) {
      const { '@odata.etag': etag } = await system()
      const Boot = {
        BootSourceOverrideEnabled: device === 'none' ? 'Disabled' : persistent ? 'Continuous' : 'Once',
        BootSourceOverrideTarget: targets[device],
        // the firmware's own mode stays when nobody asks for another
        ...(uefi ? { BootSourceOverrideMode: 'UEFI' } : {}),
      }
      await ask(host, controller, await place(), {
        method: 'PATCH',
        body: { Boot },
        etag: typeof etag === 'string' ? etag : undefined,
      })
    },
    async act(action) {
      const reset = recordAt(await system(), 'Actions', '#ComputerSystem.Reset')
      const allowed = reset['ResetType@Redfish.AllowableValues']
      const ResetType = resets[action]
      if (Array.isArray(allowed) && !allowed.includes(ResetType)) {
        throw refusal(host, controller, `it has no ${ResetType}`, `it has ${allowed.join(', ')}`)
      }
      const target = reset['target'] ?? `${await place()}/Actions/ComputerSystem.Reset`
      await ask(host, controller, String(target), { method: 'POST', body: { ResetType } })
    },
    async wait(power, seconds) {
      for (let left = seconds; powerOf(await system()) !== power; left--) {
        if (left <= 0) throw refusal(host, controller, `the power is not ${power} after ${seconds} s`)
        await delay(1000)
      }
    },
  }
}

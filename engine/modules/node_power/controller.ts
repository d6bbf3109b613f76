import type { NodePowerParameters } from '../../../schema/types.ts'
import { Failure } from '../../failure.ts'
import type { Host } from '../module.ts'

/** How a baseboard management controller is reached. */
export type Controller = {
  readonly type: 'ipmi' | 'redfish'
  readonly address: string
  /** The protocol's own when absent. */
  readonly port: number | undefined
  readonly user: string
  readonly password: string
  readonly interface: string
  readonly cipherSuite: number | undefined
  /** File where the task runs with the certificates that are trusted, beside or instead of the system's. */
  readonly ca: string | undefined
  /** Digest of its public key, `sha256//BASE64`. */
  readonly pin: string | undefined
  readonly validateCerts: boolean
}

/** The record `node_bmc` of the host that the task is for. */
const recordOf = async (host: Host): Promise<ReadonlyMap<unknown, unknown>> => {
  const value = await host.controller.expression('node_bmc | default({})')
  return value instanceof Map ? value : new Map()
}

/** The controller by the task's parameters, else by the host's `node_bmc`. Throws a Failure when neither tells it. */
export const controllerOf = async (host: Host, params: NodePowerParameters): Promise<Controller> => {
  const record = params.address === undefined ? await recordOf(host) : new Map()
  const text = (key: string) => (record.get(key) === undefined ? undefined : String(record.get(key)))
  const address = params.address ?? text('address')
  const port = params.port ?? text('port')
  const type = params.type ?? text('type') ?? 'ipmi'
  if (type !== 'ipmi' && type !== 'redfish') {
    throw new Failure(
      'module.parameter',
      `node_power speaks IPMI and Redfish, and node_bmc of this host is of the type ${type}`,
      {
        at: host.at,
        hint: type === 'lab' ? 'virtual nodes are switched by provision lab' : 'set node_bmc.type to ipmi or redfish',
      },
    )
  }
  if (address === undefined) {
    throw new Failure('module.parameter', "node_power needs 'address', or node_bmc of the host", { at: host.at })
  }
  return checked(host, {
    type,
    address,
    port: port === undefined ? undefined : Number(port),
    user: params.user ?? text('user') ?? '',
    password: params.password ?? text('password') ?? '',
    interface: text('interface') ?? params.interface,
    cipherSuite: params.cipher_suite,
    ca: params.ca_path ?? text('ca'),
    pin: params.pin ?? text('pin'),
    validateCerts: params.validate_certs,
  })
}

const checked = (host: Host, controller: Controller): Controller => {
  const { address, user, password, pin = 'sha256//=' } = controller
  if (/^-|[\s\0/@?#]|^$/.test(address) || /[\n\0]/.test(user + password)) {
    throw new Failure('module.parameter', 'node_power: address, user or password can be none of a controller', {
      at: host.at,
    })
  }
  if (!/^sha256\/\/[A-Za-z0-9+/]*=$/.test(pin)) {
    throw new Failure('module.parameter', `node_power: '${pin}' is no digest of a public key`, {
      at: host.at,
      hint: 'write sha256//, and the SHA-256 of the key (DER) in base64',
    })
  }
  return controller
}

import type { NodePowerParameters } from '../../../schema/types.ts'
import { Failure } from '../../failure.ts'
import type { Host } from '../module.ts'

/** How a baseboard management controller is reached. */
export type Controller = {
  readonly address: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly interface: string
  readonly cipherSuite: number | undefined
}

/** The record `node_bmc` of the host that the task is for. */
const recordOf = async (host: Host): Promise<ReadonlyMap<unknown, unknown>> => {
  const value = await host.controller.expression('node_bmc | default({})')
  return value instanceof Map ? value : new Map()
}

/** The controller by the task's parameters, else by the host's `node_bmc`. Throws a Failure when neither tells it. */
export const controllerOf = async (host: Host, params: NodePowerParameters): Promise<Controller> => {
  const { address, user = '', password = '', port, cipher_suite: cipherSuite } = params
  if (address !== undefined)
    return checked(host, { address, port, user, password, interface: params.interface, cipherSuite })
  const record = await recordOf(host)
  const text = (key: string) => (record.get(key) === undefined ? undefined : String(record.get(key)))
  const type = text('type') ?? 'ipmi'
  if (type !== 'ipmi') {
    throw new Failure('module.parameter', `node_power speaks IPMI, and node_bmc of this host is of the type ${type}`, {
      at: host.at,
      hint:
        type === 'lab'
          ? 'virtual nodes are switched by provision lab'
          : 'set node_bmc.type to ipmi, if the controller speaks it',
    })
  }
  const found = text('address')
  if (found === undefined) {
    throw new Failure('module.parameter', "node_power needs 'address', or node_bmc of the host", { at: host.at })
  }
  return checked(host, {
    address: found,
    port: Number(text('port') ?? port),
    user: params.user ?? text('user') ?? '',
    password: params.password ?? text('password') ?? '',
    interface: text('interface') ?? params.interface,
    cipherSuite,
  })
}

const checked = (host: Host, controller: Controller): Controller => {
  const { address, user, password } = controller
  if (/^-|[\s\0]|^$/.test(address) || /[\n\0]/.test(user + password)) {
    throw new Failure('module.parameter', 'node_power: address, user or password can be none of a controller', {
      at: host.at,
    })
  }
  return controller
}

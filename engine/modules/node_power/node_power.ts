import type { NodePowerParameters } from '../../../schema/types.ts'
import { change, type Host, type ModuleSchema, module, type Steps } from '../module.ts'
import type { Control } from './control.ts'
import { controllerOf } from './controller.ts'
import { ipmiControl } from './ipmi.ts'
import schema from './node_power.schema.json' with { type: 'json' }
import { redfishControl } from './redfish.ts'

/** Yields the change of what the next start boots from. */
async function* keepBootDevice(control: Control, params: NodePowerParameters): Steps {
  const { boot_device: device, boot_uefi: uefi, boot_persistent: persistent } = params
  if (device === undefined) return {}
  const boot = { device, uefi, persistent }
  if (await control.hasBoot(boot)) return {}
  yield* change({ what: `boot from ${device} at the next start`, apply: () => control.setBoot(boot) })
  return {}
}

/** How the power is after each action. */
const leadsTo = { on: 'on', off: 'off', soft: 'off', reset: 'on', cycle: 'on' } as const

const controlOf = async (host: Host, params: NodePowerParameters) => {
  const controller = await controllerOf(host, params)
  const control = controller.type === 'redfish' ? redfishControl(host, controller) : ipmiControl(host, controller)
  return { address: controller.address, control }
}

export const node_power = module<NodePowerParameters>(
  'node_power',
  schema as ModuleSchema,
  async function* (host, params) {
    const { state, wait, timeout } = params
    const { address, control } = await controlOf(host, params)
    const before = await control.power()
    yield* keepBootDevice(control, params)
    if (state === undefined) return { power: before, address }
    const leads = leadsTo[state]
    const isRestart = state === 'reset' || state === 'cycle'
    // What is off is not restarted but started.
    const action = isRestart && before === 'off' ? 'on' : state
    if (before !== leads || isRestart) {
      yield* change({
        what: `${state === 'soft' ? 'shut down' : `power ${action}`} by ${address}`,
        diff: { before: `${before}\n`, after: `${leads}\n`, beforeHeader: 'power', afterHeader: 'power' },
        apply: async () => {
          await control.act(action)
          if (wait) await control.wait(leads, timeout)
        },
      })
    }
    return { power: wait && !host.check ? leads : before, address }
  },
)

import type { NodePowerParameters } from '../../../schema/types.ts'
import { type Command, sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { change, type Host, type ModuleSchema, module, type Steps } from '../module.ts'
import { type Controller, controllerOf } from './controller.ts'
import schema from './node_power.schema.json' with { type: 'json' }

type Power = 'on' | 'off'

/**
 * Runs commands with a shell function `ipmi`, which is ipmitool for the controller. The password comes in the input.
 * Throws a Failure with what ipmitool said.
 */
const withController = async (host: Host, controller: Controller, commands: Command): Promise<string> => {
  const { address, port, user, password, cipherSuite } = controller
  const suite = cipherSuite === undefined ? [] : ['-C', String(cipherSuite)]
  const output = await host.run(
    sh`export LC_ALL=C
command -v ipmitool >/dev/null || exit 127
IFS= read -r password
ipmi() {
  ipmitool -I ${controller.interface} -H ${address} -p ${port} -U ${user} ${suite} -f /dev/fd/3 "$@" 3<<END
$password
END
}
${commands}`,
    { stdin: `${password}\n` },
  )
  if (output.code === 0) return output.stdout.toString()
  if (output.code === 127) {
    throw new Failure('module.command', 'ipmitool is not installed where the task runs', {
      at: host.at,
      hint: 'install it there, or delegate the task to a host that has it',
    })
  }
  const said = output.stderr
    .toString()
    .split('\n')
    .filter((line) => line !== '' && !line.includes('Unable to Get Channel Cipher Suites'))
  throw new Failure('module.power', `the controller ${address} does not do it: ${said.join('; ') || 'no answer'}`, {
    at: host.at,
    hint: 'is the address right, and may the user do that?',
  })
}

const powerIn = (text: string): Power => (/Chassis Power is on/.test(text) ? 'on' : 'off')

/** ipmitool's names of boot devices in `bootparam get`. */
const selectors: Readonly<Record<string, RegExp>> = {
  bios: /Force Boot into BIOS Setup/,
  cdrom: /Force Boot from CD\/DVD/,
  disk: /Force Boot from default Hard-Drive/,
  none: /No override/,
  pxe: /Force PXE/,
}

/** Yields the change of what the next start boots from. A controller that cannot tell is told again. */
async function* keepBootDevice(host: Host, controller: Controller, params: NodePowerParameters): Steps {
  const { boot_device: device, boot_uefi, boot_persistent } = params
  if (device === undefined) return {}
  const told = await withController(host, controller, sh`ipmi chassis bootparam get 5 2>/dev/null || echo unknown`)
  const isUefi = /BIOS EFI boot/.test(told)
  const isPersistent = /persistent for all future boots/.test(told)
  const isSet = selectors[device]?.test(told) === true
  if (isSet && (device === 'none' || (isUefi === boot_uefi && isPersistent === boot_persistent))) return {}
  const options = [...(boot_uefi ? ['efiboot'] : []), ...(boot_persistent ? ['persistent'] : [])]
  const words = options.length > 0 ? [device, `options=${options.join(',')}`] : [device]
  yield* change({
    what: `boot from ${device} at the next start`,
    apply: () => withController(host, controller, sh`ipmi chassis bootdev ${words}`),
  })
  return {}
}

/** What ipmitool is told for each state, and how the power is afterwards. */
const actions = {
  on: { word: 'on', leads: 'on' },
  off: { word: 'off', leads: 'off' },
  soft: { word: 'soft', leads: 'off' },
  reset: { word: 'reset', leads: 'on' },
  cycle: { word: 'cycle', leads: 'on' },
} as const

const waiting = (power: Power, seconds: number): Command => sh`
left=${seconds}
until ipmi chassis power status | grep -q ${`is ${power}$`}; do
  [ $left -gt 0 ] || { echo ${`the power is not ${power} after ${seconds} s`} >&2; exit 1; }
  left=$((left - 1)); sleep 1
done`

export const node_power = module<NodePowerParameters>(
  'node_power',
  schema as ModuleSchema,
  async function* (host, params) {
    const { state, wait, timeout } = params
    const controller = await controllerOf(host, params)
    const before = powerIn(await withController(host, controller, sh`ipmi chassis power status`))
    yield* keepBootDevice(host, controller, params)
    if (state === undefined) return { power: before, address: controller.address }
    const { leads } = actions[state]
    const isRestart = state === 'reset' || state === 'cycle'
    // What is off is not restarted but started.
    const { word } = isRestart && before === 'off' ? actions.on : actions[state]
    if (before !== leads || isRestart) {
      yield* change({
        what: `${state === 'soft' ? 'shut down' : `power ${word}`} by ${controller.address}`,
        diff: { before: `${before}\n`, after: `${leads}\n`, beforeHeader: 'power', afterHeader: 'power' },
        apply: () =>
          withController(
            host,
            controller,
            sh`ipmi chassis power ${word} >/dev/null || exit 1${wait ? waiting(leads, timeout) : sh``}`,
          ),
      })
    }
    return { power: wait && !host.check ? leads : before, address: controller.address }
  },
)

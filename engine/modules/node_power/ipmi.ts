import { type Command, sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import type { Host } from '../module.ts'
import type { Boot, Control, Power } from './control.ts'
import type { Controller } from './controller.ts'

/**
 * Runs commands with a shell function `ipmi`, which is ipmitool for the controller. The password comes in the input.
 * Throws a Failure with what ipmitool said.
 */
const withController = async (host: Host, controller: Controller, commands: Command): Promise<string> => {
  const { address, port = 623, user, password, cipherSuite } = controller
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

/** ipmitool's names of boot devices in `bootparam get`. */
const selectors: Readonly<Record<Boot['device'], RegExp>> = {
  bios: /Force Boot into BIOS Setup/,
  cdrom: /Force Boot from CD\/DVD/,
  disk: /Force Boot from default Hard-Drive/,
  none: /No override/,
  pxe: /Force PXE/,
}

const waiting = (power: Power, seconds: number): Command => sh`left=${seconds}
until ipmi chassis power status | grep -q ${`is ${power}$`}; do
  [ $left -gt 0 ] || { echo ${`the power is not ${power} after ${seconds} s`} >&2; exit 1; }
  left=$((left - 1)); sleep 1
done`

/** A controller that is asked by ipmitool where the task runs. */
export const ipmiControl = (host: Host, controller: Controller): Control => {
  const ipmi = (commands: Command) => withController(host, controller, commands)
  return {
    async power() {
      return /Chassis Power is on/.test(await ipmi(sh`ipmi chassis power status`)) ? 'on' : 'off'
    },
    async hasBoot({ device, uefi, persistent }) {
      // A controller that cannot tell is told again.
      const told = await ipmi(sh`ipmi chassis bootparam get 5 2>/dev/null || echo unknown`)
      if (!selectors[device].test(told)) return false
      const isUefi = /BIOS EFI boot/.test(told)
      const isPersistent = /persistent for all future boots/.test(told)
      return device === 'none' || (isUefi === uefi && isPersistent === persistent)
    },
    async setBoot({ device, uefi, persistent }) {
      const options = [...(uefi ? ['efiboot'] : []), ...(persistent ? ['persistent'] : [])]
      const words = options.length > 0 ? [device, `options=${options.join(',')}`] : [device]
      await ipmi(sh`ipmi chassis bootdev ${words}`)
    },
    async act(action) {
      await ipmi(sh`ipmi chassis power ${action} >/dev/null`)
    },
    async wait(power, seconds) {
      await ipmi(waiting(power, seconds))
    },
  }
}

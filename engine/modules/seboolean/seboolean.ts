import type { SebooleanParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { change, type Host, type ModuleSchema, module } from '../module.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './seboolean.schema.json' with { type: 'json' }

type Values = { readonly isEnabled: boolean; readonly running?: boolean; readonly stored?: boolean }

const isOn = (word: string | undefined): boolean | undefined =>
  word === undefined ? undefined : word === 'on' || word === '1'

/**
 * The running value, and the stored one: that of the site, or else the policy's own. The policy's own is known where
 * semanage is installed; elsewhere the running value stands for it.
 */
const look = async (host: Host, { name, persistent }: SebooleanParameters): Promise<Values> => {
  const output = await host.run(sh`
    [ ! -e /sys/fs/selinux/enforce ] || echo enabled
    echo ---; getsebool ${name} 2>/dev/null
    echo ---; ${persistent ? sh`cat /var/lib/selinux/*/active/booleans.local 2>/dev/null` : sh`:`}
    echo ---; ${persistent ? sh`semanage boolean -l -n 2>/dev/null` : sh`:`}
    :`)
  const [state = '', running = '', local = '', policy = ''] = output.stdout.toString().split(/^---\n/m)
  const word = /--> (on|off)/.exec(running)?.[1]
  const own = local.split('\n').flatMap((line) => (line.startsWith(`${name}=`) ? [line.slice(name.length + 1)] : []))
  const listed = policy.split('\n').find((line) => line.split(/\s/)[0] === name)
  const preset = listed === undefined ? undefined : /\(\s*\w+\s*,\s*(\w+)\s*\)/.exec(listed)?.[1]
  const values = { running: isOn(word), stored: isOn(own.at(-1)?.trim() ?? preset ?? word) }
  return {
    isEnabled: state.includes('enabled'),
    ...(values.running === undefined ? {} : { running: values.running }),
    ...(values.stored === undefined ? {} : { stored: values.stored }),
  }
}

export const seboolean = module<SebooleanParameters>(
  'seboolean',
  schema as ModuleSchema,
  async function* (host, params) {
    const { name, state, persistent, ignore_selinux_state } = params
    const fail = (message: string, hint?: string) => new Failure('module.selinux', message, { at: host.at, hint })
    if (!/^[A-Za-z_]\w*$/.test(name)) {
      throw new Failure('module.parameter', `'${name}' is no name of an SELinux boolean`, { at: host.at })
    }
    const { isEnabled, running, stored } = await look(host, params)
    if (!isEnabled && !ignore_selinux_state) {
      throw fail('SELinux is off on this host', 'ignore_selinux_state: true changes the stored policy')
    }
    const isOffline = !isEnabled || (await host.fact('is_chroot')) === true
    if (isOffline && !persistent) {
      throw fail('no kernel of its own runs SELinux here', 'persistent: true changes the stored policy')
    }
    const before = persistent ? stored : running
    if (before === undefined && !isOffline) throw fail(`the policy has no boolean ${name}`)
    const word = (on: boolean | undefined) => (on === undefined ? 'unknown' : on ? 'on' : 'off')
    if (before !== state) {
      yield* change({
        what: `switch ${name} ${word(state)}`,
        diff: { before: `${name}: ${word(before)}\n`, after: `${name}: ${word(state)}\n` },
        apply: () =>
          runOrFail(
            host,
            isOffline
              ? sh`semanage boolean -N -m ${state ? '--on' : '--off'} ${name}`
              : sh`setsebool ${persistent ? ['-P'] : []} ${name} ${word(state)}`,
          ),
      })
    }
    return { name, persistent, state }
  },
)

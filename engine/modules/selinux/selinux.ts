import type { SelinuxParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { type Change, change, type Host, type ModuleSchema, module } from '../module.ts'
import { rewriteFile } from '../rewritefile.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './selinux.schema.json' with { type: 'json' }

type Situation = {
  readonly text: string
  /** Whether the policy that is asked for is installed. */
  readonly hasPolicy: boolean
  /** The mode of the running kernel; undefined in an image, which has none. */
  readonly running: 'enforcing' | 'permissive' | 'disabled' | undefined
  /** The arguments of each installed kernel, when grubby was asked. */
  readonly kernels: readonly string[]
}

const look = async (host: Host, params: SelinuxParameters, isImage: boolean): Promise<Situation> => {
  const { configfile, policy = '', update_kernel_param } = params
  const grubby = update_kernel_param ? sh`grubby --info=ALL || exit` : sh`:`
  const output = await host.run(sh`
    [ -f ${configfile} ] || exit 3
    cat /sys/fs/selinux/enforce 2>/dev/null || echo none
    echo
    [ ! -d /etc/selinux/${policy}/policy ] || echo policy
    echo ---; cat -- ${configfile}
    echo ---; ${grubby}`)
  const [state = '', text = '', kernels = ''] = output.stdout.toString().split(/^---\n/m)
  if (output.code === 3) {
    throw new Failure('module.file', `there is no file ${configfile}`, {
      at: host.at,
      hint: 'install an SELinux policy with an earlier task',
    })
  }
  if (output.code !== 0) {
    throw new Failure('module.command', `grubby does not tell of the kernels: ${output.stderr.toString().trim()}`, {
      at: host.at,
      hint: 'update_kernel_param needs grubby',
    })
  }
  const [mode] = state.split('\n')
  return {
    text,
    hasPolicy: /^policy$/m.test(state),
    running: isImage ? undefined : mode === '1' ? 'enforcing' : mode === '0' ? 'permissive' : 'disabled',
    kernels: [...kernels.matchAll(/^args="(.*)"$/gm)].map(([, args = '']) => args),
  }
}

const valueIn = (text: string, name: string): string | undefined =>
  new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1]?.trim()

/** The configuration with a setting, in its place or at the end. */
export const withSetting = (text: string, name: string, value: string): string => {
  const line = new RegExp(`^${name}=.*$`, 'm')
  if (line.test(text)) return text.replace(line, () => `${name}=${value}`)
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${name}=${value}\n`
}

type Words = { readonly messages: string[]; readonly warnings: string[]; reboot: boolean }

async function* setRunning(
  state: SelinuxParameters['state'],
  running: Situation['running'],
  host: Host,
  words: Words,
): AsyncGenerator<Change, void, unknown> {
  if (running === undefined || running === state) return
  if (running === 'disabled') {
    words.warnings.push(`SELinux becomes ${state} at the next boot`)
    words.reboot = true
    return
  }
  const next = state === 'disabled' ? 'permissive' : state
  if (state === 'disabled') {
    words.warnings.push('SELinux is off after the next boot; until then it is permissive')
    words.reboot = true
  }
  if (next === running) return
  yield* change({
    what: `make SELinux ${next}`,
    diff: { before: `${running}\n`, after: `${next}\n`, beforeHeader: 'SELinux', afterHeader: 'SELinux' },
    apply: () => runOrFail(host, sh`printf %s ${next === 'enforcing' ? 1 : 0} >/sys/fs/selinux/enforce`),
  })
  words.messages.push(`SELinux state changed from '${running}' to '${next}'`)
}

export const selinux = module<SelinuxParameters>('selinux', schema as ModuleSchema, async function* (host, params) {
  const { state, configfile, update_kernel_param } = params
  const fail = (message: string, hint?: string) => new Failure('module.parameter', message, { at: host.at, hint })
  if (params.policy !== undefined && !/^[A-Za-z0-9_][\w.-]*$/.test(params.policy)) {
    throw fail(`'${params.policy}' is no name of a policy`)
  }
  if (state !== 'disabled' && params.policy === undefined) throw fail(`selinux needs 'policy' to be ${state}`)
  // An image has no kernel of its own: the machine that builds it keeps its mode.
  const { text, hasPolicy, running, kernels } = await look(host, params, (await host.fact('is_chroot')) === true)
  const words: Words = { messages: [], warnings: [], reboot: false }
  const before = { state: valueIn(text, 'SELINUX'), policy: valueIn(text, 'SELINUXTYPE') }
  const policy = params.policy ?? before.policy
  if (policy !== undefined && policy !== before.policy) {
    if (!hasPolicy) throw fail(`the policy ${policy} is not installed`, `/etc/selinux/${policy}/policy is not there`)
    words.messages.push(
      `SELinux policy configuration in '${configfile}' changed from '${before.policy ?? 'None'}' to '${policy}'`,
    )
  }
  yield* setRunning(state, running, host, words)
  if (before.state !== state) {
    words.messages.push(`Config SELinux state changed from '${before.state ?? 'None'}' to '${state}'`)
  }
  const withPolicy = policy === undefined || policy === before.policy ? text : withSetting(text, 'SELINUXTYPE', policy)
  const after = before.state === state ? withPolicy : withSetting(withPolicy, 'SELINUX', state)
  yield* rewriteFile(host, { path: configfile, before: text, after })
  const isOff = (args: string) => args.split(' ').includes('selinux=0')
  if (update_kernel_param && kernels.some((args) => isOff(args) !== (state === 'disabled'))) {
    const option = state === 'disabled' ? '--args' : '--remove-args'
    yield* change({
      what: `${state === 'disabled' ? 'add selinux=0 to' : 'take selinux=0 from'} the kernel command line`,
      apply: () => runOrFail(host, sh`grubby --update-kernel=ALL ${option} selinux=0`),
    })
    words.messages.push(`Kernel SELinux state changed to '${state === 'disabled' ? 'disabled' : 'enabled'}'`)
  }
  return {
    msg: words.messages.join(', '),
    configfile,
    policy: policy ?? null,
    state,
    reboot_required: words.reboot,
    ...(words.warnings.length > 0 ? { warnings: words.warnings } : {}),
  }
})

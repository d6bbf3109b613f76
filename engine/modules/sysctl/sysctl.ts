import type { SysctlParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { change, type Host, type ModuleSchema, module } from '../module.ts'
import { rewriteFile } from '../rewritefile.ts'
import { runOrFail } from '../runorfail.ts'
import { normal, valueIn, withSetting } from './settings.ts'
import schema from './sysctl.schema.json' with { type: 'json' }

type Kernel = { readonly text: string | undefined; readonly running: string | undefined }

const lookAtKernel = async (host: Host, { name, sysctl_file }: SysctlParameters): Promise<Kernel> => {
  const output = await host.run(
    sh`sysctl -n -- ${name} 2>/dev/null && echo known || echo unknown; [ -f ${sysctl_file} ] && cat -- ${sysctl_file}`,
  )
  const said = output.stdout.toString()
  const [, before = '', known, text = ''] = /^([\s\S]*?)^(known|unknown)\n([\s\S]*)$/m.exec(said) ?? []
  return {
    text: output.code === 0 ? text : undefined,
    running: known === 'known' ? before.replace(/\n$/, '') : undefined,
  }
}

/** YAML's booleans are the kernel's 1 and 0. */
const kernelValue = (value: string): string => {
  const word = value.trim()
  if (/^(true|yes|on)$/i.test(word)) return '1'
  return /^(false|no|off)$/i.test(word) ? '0' : word
}

const checkParameters = (host: Host, { name, value, state }: SysctlParameters): void => {
  if (name.trim() === '')
    throw new Failure('module.parameter', 'sysctl needs a name that is not empty', { at: host.at })
  if (state === 'absent') return
  if (value === undefined || value.trim() === '') {
    throw new Failure('module.parameter', `sysctl needs 'value' to set ${name}`, {
      at: host.at,
      hint: 'state: absent takes a parameter out of the file',
    })
  }
  if (value.trim().includes('\n')) {
    throw new Failure('module.parameter', `the value of ${name} goes over several lines`, { at: host.at })
  }
}

export const sysctl = module<SysctlParameters>('sysctl', schema as ModuleSchema, async function* (host, params) {
  checkParameters(host, params)
  const { name, state, sysctl_file, reload, sysctl_set, ignoreerrors } = params
  // An image has no kernel of its own: what runs is the machine's that builds it, and stays as it is.
  const isImage = (await host.fact('is_chroot')) === true
  const kernel = await lookAtKernel(host, params)
  const value = state === 'absent' ? undefined : kernelValue(params.value ?? '')
  const inFile = kernel.text === undefined ? undefined : valueIn(kernel.text, name)
  const isSame = value === undefined ? inFile === undefined : inFile !== undefined && normal(inFile) === normal(value)

  const isRunning = value === undefined || isImage || normal(kernel.running ?? '') === normal(value)
  const failing = ignoreerrors ? sh`-e` : sh``
  const shown = {
    before: `${kernel.running ?? ''}\n`,
    after: `${value}\n`,
    beforeHeader: `${name} (running)`,
    afterHeader: `${name} (running)`,
  }
  const load = () => runOrFail(host, sh`sysctl ${failing} -p ${sysctl_file}`)

  if (!isRunning && sysctl_set) {
    yield* change({
      what: `set ${name} to ${value}`,
      diff: shown,
      apply: () => runOrFail(host, sh`sysctl ${failing} -w -- ${`${name}=${value}`}`),
    })
  }
  if (!isSame) {
    const after = withSetting(kernel.text ?? '', name, value)
    yield* rewriteFile(host, { path: sysctl_file, before: kernel.text, after })
    if (reload && !isImage && !host.check) await load()
  } else if (!isRunning && !sysctl_set && reload && kernel.running !== undefined) {
    yield* change({ what: `load ${sysctl_file}`, diff: shown, apply: load })
  }
  return { name, ...(value === undefined ? {} : { value }), state, sysctl_file }
})

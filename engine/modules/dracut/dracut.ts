import { posix } from 'node:path'
import type { DracutParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { change, type Host, type ModuleSchema, module } from '../module.ts'
import schema from './dracut.schema.json' with { type: 'json' }
import { type Inputs, inputsOf } from './inputs.ts'

/** Where each family of distributions has the initramfs of a kernel. */
const usualPath = (family: unknown, kernel: string): string => {
  if (family === 'Debian') return `/boot/initrd.img-${kernel}`
  return family === 'Suse' ? `/boot/initrd-${kernel}` : `/boot/initramfs-${kernel}.img`
}

/** Arguments of dracut, but for the file and the kernel. */
const argumentsOf = (params: DracutParameters): string[] => {
  const lists = {
    '--add': params.add,
    '--omit': params.omit,
    '--add-drivers': params.add_drivers,
    '--force-drivers': params.force_drivers,
    '--omit-drivers': params.omit_drivers,
    '--filesystems': params.filesystems,
    '--install': params.install,
  }
  return [
    params.hostonly ? '--hostonly' : '--no-hostonly',
    ...Object.entries(lists).flatMap(([option, list = []]) => (list.length > 0 ? [option, list.join(' ')] : [])),
    ...(params.compress === undefined ? [] : ['--compress', params.compress]),
    ...(params.arguments ?? []),
  ]
}

/** What dracut went on without. */
const complaint = /^(?:dracut(?:\[[EF]\])?: FAILED|dracut-install: ERROR|dracut\[[EF]\]).*/gm

type Making = Inputs & { readonly path: string; readonly stamp: string; readonly words: readonly string[] }

/** Makes the file under another name and puts it in its place when it is whole; the digest comes last. Returns what dracut said. */
const make = async (host: Host, { path, stamp, kernel, digest, words }: Making): Promise<string> => {
  const { code, stdout } = await host.run(sh`export LC_ALL=C
new=${`${path}.new`}
trap 'rm -f -- "$new"' EXIT
trap '' PIPE; trap 'exit 143' HUP INT TERM
dracut --force ${words} --kver ${kernel} "$new" 2>&1 || exit
rm -f -- ${stamp} && mv -fT -- "$new" ${path} && echo ${digest} >${stamp}`)
  const said = stdout.toString()
  if (code === 0) return said
  throw new Failure('module.dracut', `dracut made no initramfs: ${said.trim().split('\n').slice(-5).join('\n')}`, {
    at: host.at,
    hint: 'what was there is still there',
  })
}

export const dracut = module<DracutParameters>('dracut', schema as ModuleSchema, async function* (host, params) {
  const words = argumentsOf(params)
  const { kernel, digest } = await inputsOf(host, params, words)
  const path = params.path ?? usualPath(await host.fact('os_family'), kernel)
  const stamp = posix.join(posix.dirname(path), `.${posix.basename(path)}.inputs`)
  const found = await host.run(sh`[ -s ${path} ] && cat -- ${stamp} 2>/dev/null`)
  const result = { path, kernel, digest }
  if (!params.force && found.stdout.toString().trim() === digest) return result
  const said = yield* change({
    what: `make ${path} for the kernel ${kernel}`,
    apply: () => make(host, { path, stamp, kernel, digest, words }),
  })
  const warnings = said?.match(complaint) ?? []
  return { ...result, ...(warnings.length > 0 ? { warnings: [...warnings] } : {}) }
})

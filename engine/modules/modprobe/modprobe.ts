import type { ModprobeParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { change, type Host, type ModuleSchema, module, type Steps } from '../module.ts'
import { optionWords } from '../optionwords.ts'
import { rewriteFile } from '../rewritefile.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './modprobe.schema.json' with { type: 'json' }

const folders = { load: '/etc/modules-load.d', options: '/etc/modprobe.d' }

type Kernel = {
  readonly isLoaded: boolean
  /** Configuration files that name the module, with their text. */
  readonly files: ReadonlyMap<string, string>
}

/** The kernel takes `-` and `_` in names of modules for the same. */
const same = (name: string, other: string): boolean => name.replaceAll('-', '_') === other.replaceAll('-', '_')

const lookAtModule = async (host: Host, name: string): Promise<Kernel> => {
  const loaded = name.replaceAll('-', '_')
  const builtin = `/${loaded.replaceAll('_', '[-_]')}\\.ko`
  const output = await host.run(sh`
    { [ -d /sys/module/${loaded} ] || grep -q ${builtin} "/lib/modules/$(uname -r)/modules.builtin" 2>/dev/null; } &&
      echo loaded || echo absent
    grep -sH '' ${folders.load}/*.conf ${folders.options}/*.conf /etc/modules`)
  const [state, ...lines] = output.stdout.toString().split('\n')
  const files = new Map<string, string>()
  for (const line of lines) {
    const [, path, text] = /^([^:]+):(.*)$/.exec(line) ?? []
    if (path !== undefined && text !== undefined) files.set(path, `${files.get(path) ?? ''}${text}\n`)
  }
  return { isLoaded: state === 'loaded', files }
}

/** Whether a line of modules-load.d loads the module. */
export const loads = (line: string, name: string): boolean => same(line.trim(), name)

/** Whether a line of modprobe.d sets options of the module. */
export const sets = (line: string, name: string): boolean => {
  const [keyword, module] = line.trim().split(/\s+/)
  return keyword === 'options' && same(module ?? '', name)
}

const without = (text: string, drop: (line: string) => boolean): string =>
  text
    .split('\n')
    .filter((line) => !drop(line))
    .join('\n')

/** Yields what makes each boot load the module with its parameters. */
async function* persist(host: Host, { name, params }: ModprobeParameters, { files }: Kernel): Steps {
  const isListed = [...files].some(
    ([path, text]) => !path.startsWith(`${folders.options}/`) && text.split('\n').some((line) => loads(line, name)),
  )
  if (!isListed) {
    const path = `${folders.load}/${name}.conf`
    yield* rewriteFile(host, { path, before: files.get(path), after: `${files.get(path) ?? ''}${name}\n` })
  }
  const options = `options ${name} ${params}`
  const isSet = [...files.values()].some((text) => text.split('\n').includes(options))
  if (params !== '' && !isSet) {
    yield* forget(host, files, folders.options, (line) => sets(line, name), `${folders.options}/${name}.conf`)
    const path = `${folders.options}/${name}.conf`
    const before = files.get(path)
    const after = `${without(before ?? '', (line) => sets(line, name))}${options}\n`
    yield* rewriteFile(host, { path, before, after })
  }
  return {}
}

/** Yields the removal of lines from configuration files, but for one that is written anyway. */
async function* forget(
  host: Host,
  files: ReadonlyMap<string, string>,
  place: string,
  drop: (line: string) => boolean,
  except?: string,
): Steps {
  for (const [path, before] of files) {
    if (path === except || !(path === place || path.startsWith(`${place}/`))) continue
    yield* rewriteFile(host, { path, before, after: without(before, drop) })
  }
  return {}
}

export const modprobe = module<ModprobeParameters>('modprobe', schema as ModuleSchema, async function* (host, params) {
  const { name, state, persistent } = params
  const kernel = await lookAtModule(host, name)
  // An image has no kernel of its own to load modules into: what runs is the machine's that builds it.
  const isImage = (await host.fact('is_chroot')) === true
  if (!isImage && state === 'present' && !kernel.isLoaded) {
    const words = optionWords(host, 'params', params.params)
    yield* change({ what: `load ${name}`, apply: () => runOrFail(host, sh`modprobe -- ${name} ${words}`) })
  }
  if (!isImage && state === 'absent' && kernel.isLoaded) {
    yield* change({ what: `unload ${name}`, apply: () => runOrFail(host, sh`modprobe -r -- ${name}`) })
  }
  if (persistent === 'present') yield* persist(host, params, kernel)
  if (persistent === 'absent') {
    yield* forget(host, kernel.files, folders.load, (line) => loads(line, name))
    yield* forget(host, kernel.files, '/etc/modules', (line) => loads(line, name))
    yield* forget(host, kernel.files, folders.options, (line) => sets(line, name))
  }
  const skipped = isImage
    ? { msg: `skipped ${state === 'present' ? 'load' : 'unload'}: no kernel of its own is running` }
    : {}
  return { name, state, params: params.params, ...skipped }
})

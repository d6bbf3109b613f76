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
const loads = (line: string, name: string): boolean => same(line.replace(/[#;].*/, '').trim(), name)

/** The parameters that a line of modprobe.d sets for the module; undefined for another line. */
const setBy = (line: string, name: string): string[] | undefined => {
  const [keyword, module, ...params] = line
    .replace(/[#;].*/, '')
    .trim()
    .split(/\s+/)
  return keyword === 'options' && same(module ?? '', name) ? params : undefined
}

type Edit = (line: string) => string | undefined

/** Yields the changes of lines of the files in a directory, or of a file, but for one that is written anyway; undefined drops a line. */
async function* edit(
  host: Host,
  files: ReadonlyMap<string, string>,
  place: string,
  change: Edit,
  except?: string,
): Steps {
  for (const [path, before] of files) {
    if (path === except || !(path === place || path.startsWith(`${place}/`))) continue
    yield* rewriteFile(host, { path, before, after: edited(before, change) })
  }
  return {}
}

const edited = (text: string, change: Edit): string =>
  text
    .split('\n')
    .map(change)
    .filter((line) => line !== undefined)
    .join('\n')

/** Makes a comment of what is no longer to hold, as Ansible does. */
const disabling =
  (is: (line: string) => boolean): Edit =>
  (line) =>
    is(line) ? `#${line}` : line

/** Yields what makes each boot give the module these parameters, each by a line of its own, and no others. */
async function* persistParameters(host: Host, name: string, wanted: readonly string[], { files }: Kernel): Steps {
  const lines = [...files].flatMap(([path, text]) => (path.startsWith(`${folders.options}/`) ? text.split('\n') : []))
  const now = new Set(lines.flatMap((line) => setBy(line, name) ?? []))
  if (now.size === new Set(wanted).size && wanted.every((param) => now.has(param))) return {}
  if (wanted.length === 0) {
    // A line with several parameters was written by somebody who knows of it.
    yield* edit(
      host,
      files,
      folders.options,
      disabling((line) => setBy(line, name)?.length === 1),
    )
    return {}
  }
  const path = `${folders.options}/${name}.conf`
  yield* edit(
    host,
    files,
    folders.options,
    disabling((line) => setBy(line, name) !== undefined),
    path,
  )
  const before = files.get(path)
  const kept = edited(before ?? '', (line) => (setBy(line, name) ? undefined : line))
  const after = `${kept}${wanted.map((param) => `options ${name} ${param}\n`).join('')}`
  yield* rewriteFile(host, { path, before, after })
  return {}
}

/** Yields what makes each boot load the module with its parameters. */
async function* persist(host: Host, { name, params }: ModprobeParameters, kernel: Kernel): Steps {
  const { files } = kernel
  const isListed = [...files].some(
    ([path, text]) => !path.startsWith(`${folders.options}/`) && text.split('\n').some((line) => loads(line, name)),
  )
  if (!isListed) {
    const path = `${folders.load}/${name}.conf`
    yield* rewriteFile(host, { path, before: files.get(path), after: `${files.get(path) ?? ''}${name}\n` })
  }
  yield* persistParameters(host, name, params.split(/\s+/).filter(Boolean), kernel)
  return {}
}

/** Yields what makes no boot load the module by its name, or set its parameters. */
async function* forget(host: Host, name: string, { files }: Kernel): Steps {
  const isLoading = disabling((line) => loads(line, name))
  yield* edit(host, files, folders.load, isLoading)
  yield* edit(host, files, '/etc/modules', isLoading)
  yield* edit(
    host,
    files,
    folders.options,
    disabling((line) => setBy(line, name) !== undefined),
  )
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
  if (persistent === 'absent') yield* forget(host, name, kernel)
  const skipped = isImage
    ? { msg: `skipped ${state === 'present' ? 'load' : 'unload'}: no kernel of its own is running` }
    : {}
  return { name, state, params: params.params, ...skipped }
})

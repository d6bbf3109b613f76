import { type Command, sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import type { Host } from '../module.ts'
import type { Spec } from './names.ts'

/** An installed package, or one in a file. */
export type Rpm = {
  readonly name: string
  readonly epoch: number
  readonly version: string
  readonly release: string
  readonly architecture: string
}

/** What the rpm database says about the packages that a task names. */
export type Installed = {
  readonly packages: readonly Rpm[]
  /** Names that no installed package has or provides. */
  readonly missing: ReadonlySet<string>
  /** Package files by their path or URL. */
  readonly files: ReadonlyMap<string, Rpm>
}

const format = (mark: string): string => `${mark}\\t%{NAME}\\t%{EPOCHNUM}\\t%{VERSION}\\t%{RELEASE}\\t%{ARCH}\\n`

/** Reads the lines of `format`; others are skipped. */
export const parseRpms = (text: string, mark: string): Rpm[] =>
  text.split('\n').flatMap((line) => {
    const [kind, name, epoch, version, release, architecture] = line.split('\t')
    if (kind !== mark || !name || !version || release === undefined || architecture === undefined) return []
    return { name, epoch: Number(epoch), version, release, architecture }
  })

/** The names that `rpm -q` and `rpm -q --whatprovides` both did not find. */
export const parseMissing = (text: string): Set<string> => {
  const names = (pattern: RegExp) => new Set([...text.matchAll(pattern)].map(([, name]) => name ?? ''))
  const absent = names(/^package (.+) is not installed$/gm)
  const unprovided = names(/^no package provides (.+)$|^error: file (.+): No such file or directory$/gm)
  for (const [, , file] of text.matchAll(/^(error: file )(.+): No such file or directory$/gm)) {
    if (file !== undefined) unprovided.add(file)
  }
  return new Set([...absent].filter((name) => unprovided.has(name)))
}

/** Asks the rpm database of a root directory, in one round trip. Throws a Failure where there is no rpm. */
export const lookAtRpms = async (host: Host, specs: readonly Spec[], root: string): Promise<Installed> => {
  const rpm: Command = root === '/' ? sh`rpm` : sh`rpm --root ${root}`
  const plain = specs.filter(({ kind }) => kind === 'name').flatMap(({ text, name }) => [text, name])
  const names = [...new Set(plain.filter((text) => !/\s/.test(text)))]
  const older = [...new Set(specs.flatMap(({ stems }) => stems.map(({ name }) => name)))]
  const patterns = specs.filter(({ kind }) => kind === 'pattern').map(({ text }) => text)
  const files = specs.filter(({ kind }) => kind === 'file').map(({ text }) => text)
  const output = await host.run(sh`
    command -v rpm >/dev/null || exit 127
    export LC_ALL=C
    {
    ${names.length + older.length > 0 ? sh`${rpm} -q --qf ${format('package')} -- ${[...names, ...older]}` : sh``}
    ${names.length > 0 ? sh`${rpm} -q --whatprovides --qf ${format('provider')} -- ${names}` : sh``}
    ${patterns.length > 0 ? sh`${rpm} -qa --qf ${format('package')} -- ${patterns}` : sh``}
    for file in ${files}; do
      echo "file $file"
      rpm -qp --nosignature --qf ${format('file')} -- "$file"
      name=$(rpm -qp --nosignature --qf '%{NAME}' -- "$file" 2>/dev/null) && ${rpm} -q --qf ${format('package')} -- "$name"
    done
    } 2>&1`)
  const text = output.stdout.toString()
  // That of busybox only unpacks.
  if (output.code === 127 || text.includes('\nBusyBox v')) {
    throw new Failure('module.tool', 'the host has no rpm to look at its packages', {
      at: host.at,
      hint: "use the module 'package', which takes what the host has",
    })
  }
  const offered = new Map<string, Rpm>()
  for (const part of text.split(/^file (?=\/|\w+:\/\/)/m).slice(1)) {
    const [found] = parseRpms(part, 'file')
    if (found) offered.set(part.slice(0, part.indexOf('\n')), found)
  }
  return { packages: parseRpms(text, 'package'), missing: parseMissing(text), files: offered }
}

import type { UnarchiveParameters } from '../../../schema/types.ts'
import { type Command, sh } from '../../command.ts'
import type { Output } from '../../connections/connection.ts'
import { Failure } from '../../failure.ts'
import type { Host } from '../module.ts'
import { lastWords } from '../runorfail.ts'

/** A kind of archive, by the first bytes of the file. */
export type Kind = {
  /** Ansible's word for what unpacks it. */
  readonly handler: string
  readonly isZip: boolean
  /** The program that tar needs for it. */
  readonly tool?: string
  /** What tells tar of it; not each tar finds out by itself. */
  readonly option?: string
}

const kinds: readonly (readonly [string, Kind])[] = [
  ['504b', { handler: 'ZipArchive', isZip: true, tool: 'unzip' }],
  ['1f8b', { handler: 'TgzArchive', isZip: false, tool: 'gzip', option: '-z' }],
  ['425a68', { handler: 'TarArchive', isZip: false, tool: 'bzip2', option: '-j' }],
  ['fd377a585a', { handler: 'TarArchive', isZip: false, tool: 'xz', option: '-J' }],
  ['28b52ffd', { handler: 'TarArchive', isZip: false, tool: 'zstd' }],
]

/** The archive as a task wants it unpacked. */
export type Archive = {
  readonly path: string
  readonly dest: string
  readonly kind: Kind
  readonly params: UnarchiveParameters
}

export type Contents = {
  /** Names of everything in the archive that the task wants. */
  readonly names: readonly string[]
  /** What of it the directory does not have as it is there, in tar's words: `NAME: Contents differ`. */
  readonly differences: readonly string[]
}

/** Looks at an archive, and whether the host has what unpacks it. */
export const kindOf = async (host: Host, path: string): Promise<Kind> => {
  const tools = kinds.map(([, { tool }]) => tool ?? '')
  const output = await host.run(
    sh`head -c 6 -- ${path} | od -An -tx1 | tr -d ' \\n'; echo
for tool in tar ${tools}; do command -v $tool >/dev/null && echo $tool; done`,
  )
  const [bytes = '', ...present] = output.stdout.toString().trimEnd().split('\n')
  const kind = kinds.find(([magic]) => bytes.startsWith(magic))?.[1] ?? { handler: 'TarArchive', isZip: false }
  const needed = [...(kind.isZip ? [] : ['tar']), ...(kind.tool === undefined ? [] : [kind.tool])]
  const missing = needed.filter((tool) => !present.includes(tool))
  if (missing.length === 0) return kind
  throw new Failure('module.tool', `the host has no ${missing.join(' and no ')} to unpack ${path}`, {
    at: host.at,
    hint: `install ${missing.join(', ')} with an earlier task`,
  })
}

/** What a program said about an archive; its exit code above `highest` is a Failure. */
export const answerOf = (host: Host, { params }: Archive, output: Output, highest = 0): string => {
  if (output.code <= highest) return `${output.stdout}${output.stderr}`
  throw new Failure('module.archive', `cannot unpack ${params.src}: ${lastWords(output)}`, { at: host.at })
}

/** Runs a command about an archive. */
export const ask = async (host: Host, archive: Archive, command: Command, highest = 0): Promise<string> =>
  answerOf(host, archive, await host.run(command), highest)

import type { ArchiveParameters } from '../../../schema/types.ts'
import { type Command, sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import type { Host } from '../module.ts'
import { lastWords } from '../runorfail.ts'
import { withTemporary } from '../temporary.ts'
import type { Sources } from './sources.ts'

/** A new archive in a directory of its own; absent `path` when the old one says the same. */
export type Packed = { readonly directory: string; readonly path?: string }

type Kind = { readonly compress: Command; readonly decompress: Command; readonly tool: string | undefined }

const kinds: Readonly<Record<ArchiveParameters['format'], Kind>> = {
  // -n: no time of its own is written, so that equal files make equal archives.
  gz: { compress: sh`gzip -nc`, decompress: sh`gzip -dc`, tool: 'gzip' },
  bz2: { compress: sh`bzip2 -c`, decompress: sh`bzip2 -dc`, tool: 'bzip2' },
  xz: { compress: sh`xz -c`, decompress: sh`xz -dc`, tool: 'xz' },
  tar: { compress: sh`cat`, decompress: sh`cat`, tool: undefined },
  zip: { compress: sh`cat`, decompress: sh`cat`, tool: 'zip' },
}

const unpacksOnly = sh`case $(xz --help 2>&1) in *BusyBox*) echo 'the xz of busybox only unpacks' >&2; exit 3;; esac`

/** That of busybox takes names as arguments alone. */
const busyboxPacking = (root: string): Command => sh`xargs -0 -s 1000000 sh -c '
  directory=$1 root=$2; shift 2
  [ ! -e "$directory/plain" ] || { echo "the names are too many for the tar of busybox" >&2; exit 255; }
  exec tar -C "$root" --no-recursion -cf "$directory/plain" -- "$@"' sh "$directory" ${root}`

/** The command that packs the names in its input into `$directory/plain`. */
const packing = ({ format }: ArchiveParameters, { root }: Sources): Command =>
  format === 'zip'
    ? sh`(cd -- ${root} && zip -qXy -@ "$directory/plain.zip") && mv "$directory/plain.zip" "$directory/plain"`
    : sh`case $(tar --version 2>&1) in
      *[Bb]usy[Bb]ox*) ${busyboxPacking(root)};;
      *) tar -C ${root} --no-recursion --null --verbatim-files-from -cf "$directory/plain" -T -;;
      esac`

/**
 * Makes the archive beside, and compares it with the one that is there. The caller removes the directory. Throws a
 * Failure with what the program said.
 */
export const pack = async (host: Host, params: ArchiveParameters, sources: Sources, dest: string): Promise<Packed> => {
  const { format } = params
  const { compress, decompress, tool } = kinds[format]
  const isPlain = sources.isSingle && format !== 'tar' && format !== 'zip'
  const names = sources.members.map(({ path }) => path.slice(sources.root.length))
  const broken = names.find((name) => format === 'zip' && name.includes('\n'))
  if (broken !== undefined) {
    throw new Failure('module.archive', `zip takes no name of two lines: ${JSON.stringify(broken)}`, { at: host.at })
  }
  const tools = [...(isPlain || format === 'zip' ? [] : ['tar']), ...(tool === undefined ? [] : [tool])]
  const output = await host.run(
    sh`for tool in ${tools}; do command -v "$tool" >/dev/null || { echo "the host has no $tool" >&2; exit 3; }; done
    ${format === 'xz' ? unpacksOnly : sh`:`}
    directory=$(mktemp -d) && printf '%s\\n' "$directory" || exit
    ${isPlain ? sh`cat -- ${sources.paths[0] ?? ''} >"$directory/plain"` : packing(params, sources)} || exit
    if [ -f ${dest} ] && ${decompress} <${dest} 2>/dev/null | cmp -s - "$directory/plain"; then echo same
    else ${compress} <"$directory/plain" >"$directory/new" && echo new; fi`,
    isPlain ? {} : { stdin: names.map((name) => `${name}${format === 'zip' ? '\n' : '\0'}`).join('') },
  )
  const [directory = '', answer] = output.stdout.toString().split('\n')
  if (output.code === 0) return answer === 'same' ? { directory } : { directory, path: `${directory}/new` }
  const refuse = async (): Promise<never> => {
    throw new Failure('module.archive', `cannot make ${dest}: ${lastWords(output)}`, {
      at: host.at,
      ...(output.code === 3 ? { hint: 'install it with an earlier task' } : {}),
    })
  }
  return directory === '' ? refuse() : withTemporary(host, directory, refuse)
}

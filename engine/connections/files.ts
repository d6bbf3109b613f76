import { randomBytes } from 'node:crypto'
import { posix } from 'node:path'
import { type Command, sh } from '../command.ts'
import { Failure } from '../failure.ts'
import type {
  Connection,
  Found,
  LargeContent,
  Opened,
  Output,
  Stat,
  StatOptions,
  Within,
  WriteOptions,
} from './connection.ts'
import { followInto } from './followinto.ts'
import { parseStat, statFormat } from './statline.ts'

type Runner = Pick<Connection, 'name' | 'run'>

const said = (output: Output): string => output.stderr.toString().trim() || `exit code ${output.code}`

/** The whole content of a file. */
export const readFile = async (on: Runner, path: string): Promise<Buffer> => {
  const output = await on.run(sh`cat ${path}`)
  if (output.code === 0) return output.stdout
  throw new Failure('module.read', `cannot read ${path} on ${on.name}: ${said(output)}`)
}

const octal = (mode: number): string => mode.toString(8).padStart(4, '0')

/** `user:group` of a new file as chown wants it; undefined when nothing is asked. */
const ownership = ({ owner, group }: WriteOptions): string | undefined =>
  owner === undefined && group === undefined ? undefined : `${owner ?? ''}${group === undefined ? '' : `:${group}`}`

/**
 * The umask with which a new file has this mode at once; undefined where it has to wait for its owner and its whole content,
 * because it takes more than a umask or leaves something to the group of who writes it alone.
 */
const umaskFor = (mode: number): string | undefined => {
  const isForAll = (mode & 0o044) !== 0o040
  return (mode & ~0o644) === 0 && isForAll ? octal(0o666 & ~mode) : undefined
}

/**
 * The new content goes to a file beside the old one that nobody can open who must not read it, gets its owner and mode, and
 * takes the old one's place in one rename. It is removed on every way out, also when nobody is left to hear of a failure
 * (PIPE). Owner and security context of an old file are kept as far as the user may set them. Written for few processes:
 * one `stat` tells all that is asked of both files.
 */
const writing = (path: string, options: WriteOptions, content: Uint8Array | LargeContent): Command => {
  const temporary = posix.join(
    posix.dirname(path),
    `.${posix.basename(path).slice(0, 200)}.${randomBytes(6).toString('hex')}`,
  )
  const asked = ownership(options)
  const own = asked === undefined ? sh`:` : sh`{ chown ${asked} "$new" && again=1; }`
  const umask = (options.mode === undefined ? undefined : umaskFor(options.mode)) ?? '077'
  const isLarge = !(content instanceof Uint8Array)
  // The digest of a large content is that of what the file holds: read anew by its descriptor, as its name may be another
  // file's by then. In one go afterwards takes less of a small machine than piece by piece while it arrives.
  const store = isLarge
    ? sh`sum=$(umask 077; set -C; exec 3>"$new" && cat >&3 && { openssl sha1 -r </proc/self/fd/3 2>/dev/null || sha1sum </proc/self/fd/3; }) || exit`
    : sh`(umask ${umask}; set -C; cat >"$new") || exit`
  // When the connection is lost the input just ends: what has come by then must not take the old file's place.
  const arrived = isLarge
    ? sh`{ [ "\${sum%% *}" = ${content.sha1} ] || { echo 'it arrived changed' >&2; exit 1; }; }`
    : sh`{ [ "$2" -eq ${content.length} ] || { echo 'it arrived cut off' >&2; exit 1; }; }`
  return sh`path=${path} new=${temporary} mode=${options.mode ?? ''} old= both= again=
trap 'rm -f "$new"' EXIT
trap '' PIPE; trap 'exit 143' HUP TERM
${store}
[ ! -f "$path" ] || [ -L "$path" ] || both=1
set -f
{ read -r now; [ ! "$both" ] || read -r old; } <<end
$(LC_ALL=C stat -c ${statFormat} "$new" \${both:+"$path"})
end
set -- $now
${arrived} || exit
has=$((0x$1 & 07777)) owner=$6:$7
if [ "$both" ]; then
  set -- $old
  [ "$mode" ] || mode=$((0x$1 & 07777))
  [ "$6:$7" = "$owner" ] || { chown "$6:$7" "$new" 2>/dev/null; again=1; }
  [ ! -e /sys/fs/selinux/enforce ] || chcon --reference="$path" "$new" 2>/dev/null
fi
[ "$mode" ] || mode=$((0644 & ~$(umask)))
${own} && { [ "$mode" -eq "$has" ] || { chmod "$(printf %o "$mode")" "$new"; }; } && mv -fT "$new" "$path" || exit
trap - EXIT
# the kernel takes special bits away from those who may not set them
[ ! "$again" ] && [ "$mode" -le 511 ] || { now=$(LC_ALL=C stat -c ${statFormat} "$path"); mode=$((0x\${now%% *} & 07777)); }
echo "$mode $now"`
}

/** Replaces a file atomically. */
export const writeFile = async (
  on: Runner,
  path: string,
  content: Uint8Array | LargeContent,
  options: WriteOptions = {},
): Promise<Stat> => {
  const output = await on.run(writing(path, options, content), { stdin: content })
  if (output.code !== 0) throw new Failure('module.write', `cannot write ${path} on ${on.name}: ${said(output)}`)
  const [mode = '', ...stat] = output.stdout.toString().split(' ')
  return { ...parseStat(path, stat.join(' ').replace(/\n$/, '')), mode: Number(mode) }
}

/** Of options, what holds for all that a task asks. */
export const withinOf = ({ signal, environment }: Within): Within => ({
  ...(signal ? { signal } : {}),
  ...(environment ? { environment } : {}),
})

/** Everything about one path in one round trip; undefined when nothing is there. */
export const statOf = async (on: Runner, path: string, options: StatOptions = {}): Promise<Found | undefined> => {
  const sum = options.checksum
    ? sh`sum=$(${[`${options.checksum}sum`]} <"$path") && echo "\${sum%% *}" || echo`
    : sh`echo`
  const regular = options.follow ? sh`[ -f "$path" ]` : sh`[ -f "$path" ] && [ ! -L "$path" ]`
  const also = options.also ? sh`printf '\\0'; ${options.also}; true` : sh`:`
  const script = sh`path=${path}
LC_ALL=C stat ${options.follow ? ['-L'] : []} -c ${statFormat} -- "$path" || exit
if ${regular}; then ${sum}; else echo; fi
[ ! -L "$path" ] || readlink -- "$path" || exit
${also}`
  const output = await on.run(script, withinOf(options))
  if (output.code !== 0) {
    const reason = said(output)
    if (/No such file or directory|Not a directory/.test(reason)) return undefined
    throw new Failure('module.stat', `cannot stat ${path} on ${on.name}: ${reason}`)
  }
  const end = options.also ? output.stdout.indexOf(0) : output.stdout.length
  const [line = '', checksum = '', ...rest] = output.stdout.toString('utf8', 0, end).split('\n')
  const stat = parseStat(path, line)
  return {
    ...stat,
    ...(stat.type === 'link' ? { target: rest.join('\n').replace(/\n$/, '') } : {}),
    ...(checksum ? { checksum } : {}),
    ...(options.also ? { also: output.stdout.subarray(end + 1) } : {}),
  }
}

/** Follows links and reads the file that is there, in one round trip. */
export const openFile = async (on: Runner, path: string, within?: Within): Promise<Opened> => {
  const script = sh`${followInto(sh`${path}`)}; printf '%s\\0' "$path"
LC_ALL=C stat -c ${statFormat} -- "$path" 2>/dev/null; printf '\\0'
[ ! -f "$path" ] || cat -- "$path"`
  const output = await on.run(script, within)
  if (output.code !== 0) throw new Failure('module.read', `cannot read ${path} on ${on.name}: ${said(output)}`)
  const start = output.stdout.indexOf(0) + 1
  const end = output.stdout.indexOf(0, start)
  const opened = { path: output.stdout.toString('utf8', 0, start - 1) }
  if (end === start) return opened
  const stat = parseStat(opened.path, output.stdout.toString('utf8', start, end - 1))
  return { ...opened, stat, ...(stat.type === 'file' ? { content: output.stdout.subarray(end + 1) } : {}) }
}

/** Makes directories that are missing. */
export const makeDirectories = async (
  on: Runner,
  paths: readonly string[],
  mode?: number,
  within?: Within,
): Promise<void> => {
  const output = await on.run(sh`mkdir -p ${mode === undefined ? [] : ['-m', octal(mode)]} -- ${paths}`, within)
  if (output.code !== 0) throw new Failure('module.write', said(output))
}

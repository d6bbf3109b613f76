import { posix } from 'node:path'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import type { Host } from '../module.ts'
import type { Entry } from './entry.ts'

/** Links of a merged /usr: whoever replaces one of them has a system without a loader. */
const mergedUsr = /^(?:bin|sbin|lib|lib32|lib64|libx32)$/

/**
 * The directory without links on its way, once no entry's parents lead out of it. A link in a tree that is no running root may
 * be absolute, and would lead into this system. Throws a Failure 'overlay.entry'.
 */
export const checkInside = async (host: Host, dest: string, entries: readonly Entry[]): Promise<string> => {
  const replacing = entries.filter(({ path, type }) => type !== 'directory' && mergedUsr.test(path))
  const parents = [
    ...new Set(entries.map(({ path, type }) => (type === 'directory' ? path : posix.dirname(path)))),
  ].filter((path) => path !== '.')
  const { code, stdout } =
    await host.run(sh`base=$(readlink -f -- ${dest} && echo .) && base=\${base%??} && [ -d "$base" ] || exit 3
printf '%s\\0' "$base"
base=\${base%/}
inside() {
  place=$base/$1
  while [ ! -e "$place" ] && [ ! -L "$place" ]; do place=\${place%/*}; done
  place=$(readlink -f -- "$place" && echo .) || return 1
  place=\${place%??}
  case $place/ in "$base"/*) ;; *) return 1 ;; esac
}
for path in ${parents}; do inside "$path" || printf '%s\\0' "$path"; done
for path in ${replacing.map(({ path }) => path)}; do [ ! -L "$base/$path" ] || printf '%s\\0' "$path"; done`)
  if (code === 3) {
    throw new Failure('overlay.entry', `there is no directory ${dest} to lay overlays over`, { at: host.at })
  }
  const [base = '', ...outside] = stdout.toString().split('\0').slice(0, -1)
  if (outside.length === 0) return base
  throw new Failure('overlay.entry', `links of ${dest} do not let an overlay pass: ${outside.join(', ')}`, {
    at: host.at,
    hint: 'they lead out of it, or belong to a merged /usr; name the directories that they lead to in the overlay',
  })
}

import { type Command, sh } from '../../command.ts'

/** A line of group(5). */
export type GroupEntry = { readonly name: string; readonly gid: number; readonly members: readonly string[] }

/** A line of passwd(5). */
export type UserEntry = {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly comment: string
  readonly home: string
  readonly shell: string
}

/** Prints the lines of a file of /etc whose name or number is `key`, all without one. */
const inFile = (database: string, key: string | undefined): Command => {
  if (key === undefined) return sh`cat /etc/${database}`
  // grep would take the key for a pattern.
  return sh`while IFS= read -r line; do
    rest=\${line#*:}; rest=\${rest#*:}
    case $line in ${key}:*) printf '%s\\n' "$line";; *) case $rest in ${key}:*) printf '%s\\n' "$line";; esac;; esac
  done </etc/${database}`
}

/**
 * Prints an entry, or all of them without a key. From the files of /etc alone when `local`, and where there is no getent:
 * there the C library has no other source.
 */
export const entries = (database: 'passwd' | 'group' | 'shadow', key: string | undefined, local: boolean): Command => {
  if (local) return inFile(database, key)
  const getent = key === undefined ? sh`getent ${database}` : sh`getent ${database} ${key}`
  return sh`if command -v getent >/dev/null; then ${getent}; else ${inFile(database, key)}; fi`
}

/** Prints `busybox` when a program of shadow is not there and busybox has one that does for it. */
export const programsOf = (shadow: string, busybox: string): Command =>
  // other systems have a program of that name, which knows other options
  sh`command -v ${shadow} >/dev/null || case $(${busybox} --help 2>&1) in *BusyBox*) echo busybox;; esac`

export const parseGroups = (text: string): GroupEntry[] =>
  text.split('\n').flatMap((line) => {
    const [name, , gid, members = ''] = line.split(':')
    if (!name || gid === undefined || !/^\d+$/.test(gid)) return []
    return { name, gid: Number(gid), members: members.split(',').filter((member) => member !== '') }
  })

export const parseUsers = (text: string): UserEntry[] =>
  text.split('\n').flatMap((line) => {
    const [name, , uid, gid, comment = '', home = '', shell = ''] = line.split(':')
    if (!name || !/^\d+$/.test(uid ?? '') || !/^\d+$/.test(gid ?? '')) return []
    return { name, uid: Number(uid), gid: Number(gid), comment, home, shell }
  })

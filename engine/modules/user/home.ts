import { posix } from 'node:path'
import { type Command, sh } from '../../command.ts'

/** Makes the home directory of an account that exists already, as useradd would have made it. */
export const makeHome = (
  { home, uid, gid }: { home: string; uid: number; gid: number },
  { skeleton = '/etc/skel', umask }: { skeleton?: string | undefined; umask?: string | undefined },
): Command => sh`
  set -e
  mkdir -p -- ${posix.dirname(home)}
  if [ -d ${skeleton} ]; then cp -R -- ${skeleton} ${home}; else mkdir -- ${home}; fi
  setting() { sed -n "s/^$1[[:space:]][[:space:]]*//p" /etc/login.defs 2>/dev/null | head -n 1; }
  mode=$(setting HOME_MODE) mask=${umask ?? ''}
  if [ -n "$mask" ] || [ -z "$mode" ]; then
    [ -n "$mask" ] || mask=$(setting UMASK)
    mode=$(printf %o "$((0777 & ~0\${mask:-022}))")
  fi
  chown -R -- ${`${uid}:${gid}`} ${home}
  chmod -- "$mode" ${home}`

import { verbatim } from '../command.ts'
import type { Family } from './family.ts'

/** Who commands on the host run as. */
export const user: Family = {
  name: 'user',
  facts: [
    'user_id',
    'user_uid',
    'user_gid',
    'user_gecos',
    'user_dir',
    'user_shell',
    'real_user_id',
    'effective_user_id',
    'real_group_id',
    'effective_group_id',
  ],
  command: verbatim(
    'id -ru; id -u; id -rg; id -g; getent passwd "$(id -u)" || grep "^[^:]*:[^:]*:$(id -u):" /etc/passwd',
  ),
  parse(output) {
    const [realUser, effectiveUser, realGroup, effectiveGroup, entry = ''] = output.split('\n')
    const [name = '', , uid, gid, gecos = '', home = '', shell = ''] = entry.split(':')
    return {
      user_id: name,
      user_uid: Number(uid ?? effectiveUser),
      user_gid: Number(gid ?? effectiveGroup),
      user_gecos: gecos,
      user_dir: home,
      user_shell: shell,
      real_user_id: Number(realUser),
      effective_user_id: Number(effectiveUser),
      real_group_id: Number(realGroup),
      effective_group_id: Number(effectiveGroup),
    }
  },
}

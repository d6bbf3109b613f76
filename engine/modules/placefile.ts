import { posix } from 'node:path'
import { sh } from '../command.ts'
import type { WriteOptions } from '../connections/connection.ts'
import { Failure } from '../failure.ts'
import { octal } from './mode.ts'
import type { Host } from './module.ts'
import { lastWords, tidy } from './runorfail.ts'

/**
 * Replaces a file by a copy of another file of the same host, atomically and with `write`'s rules for owner and mode,
 * so that large files do not travel through the controller.
 */
export const placeFile = async (host: Host, from: string, path: string, options: WriteOptions): Promise<void> => {
  const owner = options.owner === undefined ? sh`:` : sh`chown ${options.owner} "$new"`
  const group = options.group === undefined ? sh`:` : sh`chgrp ${options.group} "$new"`
  const mode = options.mode === undefined ? sh`chmod "$mode" "$new"` : sh`chmod ${octal(options.mode)} "$new"`
  const output = await host.run(
    sh`path=${path}
new=$(mktemp ${posix.join(posix.dirname(path), `.${posix.basename(path).slice(0, 200)}.XXXXXX`)}) || exit
trap 'rm -f "$new"' EXIT
trap '' PIPE; trap 'exit 143' HUP TERM
cat -- ${from} >"$new" || exit
if [ -f "$path" ] && [ ! -L "$path" ]; then
  owner=$(stat -c '%a %u:%g' "$path")
  mode=\${owner% *}
  chown "\${owner#* }" "$new" 2>/dev/null
  [ ! -e /sys/fs/selinux/enforce ] || chcon --reference="$path" "$new" 2>/dev/null
else
  mode=$(printf %o $((0666 & ~$(umask))))
fi
${owner} && ${group} && ${mode} && mv -fT "$new" "$path" || exit
trap - EXIT`,
    tidy,
  )
  if (output.code === 0) return
  throw new Failure('module.write', `cannot write ${path}: ${lastWords(output)}`, { at: host.at })
}

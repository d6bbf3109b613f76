import { posix } from 'node:path'
import type { UserParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { change, type Host, type Steps } from '../module.ts'
import { runOrFail } from '../runorfail.ts'

/** Where a user's key stands. */
export const keyPath = ({ ssh_key_file, ssh_key_type }: UserParameters, home: string): string =>
  posix.resolve(home, ssh_key_file ?? `.ssh/id_${ssh_key_type}`)

/** Makes an SSH key where there is none, and returns what the result tells of it. */
export async function* makeKey(host: Host, params: UserParameters, home: string): Steps {
  const { name, ssh_key_bits, ssh_key_type, ssh_key_comment, ssh_key_passphrase = '' } = params
  const path = keyPath(params, home)
  const exists = (await host.run(sh`[ -e ${path} ]`)).code === 0
  if (!exists) {
    const bits = ssh_key_bits === undefined ? [] : ['-b', ssh_key_bits]
    const comment = ssh_key_comment === undefined ? sh`"ansible-generated on $(uname -n)"` : sh`${ssh_key_comment}`
    // Without a terminal ssh-keygen asks its input for the passphrase; so it is in no list of processes.
    const generate = sh`
      set -e; umask 077
      [ -d ${posix.dirname(path)} ] || { mkdir -p -- ${posix.dirname(path)}; chown -- ${`${name}:`} ${posix.dirname(path)}; }
      setsid -w ssh-keygen -q -t ${ssh_key_type} ${bits} -C ${comment} -f ${path} >/dev/null
      chown -- ${`${name}:`} ${path} ${`${path}.pub`}
      chmod 0644 ${`${path}.pub`}`
    yield* change({
      what: `make the SSH key ${path}`,
      apply: () => runOrFail(host, generate, { stdin: `${ssh_key_passphrase}\n${ssh_key_passphrase}\n` }),
    })
    if (host.check) return { ssh_key_file: path }
  }
  const output = await host.run(sh`ssh-keygen -l -f ${path}; cat -- ${`${path}.pub`}`)
  const [fingerprint = '', key = ''] = output.stdout.toString().split('\n')
  return { ssh_key_file: path, ssh_fingerprint: fingerprint, ssh_public_key: key }
}

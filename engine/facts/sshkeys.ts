import { dump, parseDump } from './dump.ts'
import type { Family } from './family.ts'

const kinds = ['dsa', 'ecdsa', 'ed25519', 'rsa']

/** The public keys by which the host's ssh server proves itself. */
export const sshKeys: Family = {
  name: 'ssh_host_keys',
  facts: kinds.flatMap((kind) => [`ssh_host_key_${kind}_public`, `ssh_host_key_${kind}_public_keytype`]),
  command: dump('/etc/ssh/ssh_host_*_key.pub'),
  parse(output) {
    const files = parseDump(output)
    return Object.fromEntries(
      kinds.flatMap((kind) => {
        const [type, key] = files.get(`/etc/ssh/ssh_host_${kind}_key.pub`)?.split(' ') ?? []
        const name = `ssh_host_key_${kind}_public`
        return key
          ? [
              [name, key],
              [`${name}_keytype`, type],
            ]
          : []
      }),
    )
  },
}

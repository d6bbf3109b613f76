import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { quote } from '../command.ts'
import { Failure } from '../failure.ts'
import {
  fingerprint,
  hostKeyAlgorithms,
  isAbout,
  judge,
  type KnownHost,
  keyType,
  knownName,
  parseKnownHosts,
} from './knownhosts.ts'

export type HostKeyOptions = {
  /** The name that known_hosts files know the host by, and its port. */
  readonly host: string
  readonly port: number
  readonly checking: 'yes' | 'no' | 'accept-new'
  /** The user's files; a new key is added to the first. */
  readonly userFiles: readonly string[]
}

/** Whether a host may show a key. */
export type HostKeys = {
  /** Host key algorithms to ask for, in this order. */
  readonly algorithms: readonly string[]
  /** undefined when the key is right, else what is wrong with it. */
  check(key: Buffer): Promise<Failure | undefined>
}

const readKnown = async (file: string): Promise<KnownHost[]> => {
  try {
    return parseKnownHosts(await readFile(file, 'utf8'))
  } catch {
    return [] // a file that is not there knows nobody
  }
}

/** Reads the known_hosts files that count for a host. */
export const loadHostKeys = async ({ host, port, checking, userFiles }: HostKeyOptions): Promise<HostKeys> => {
  const name = knownName(host, port)
  const files = [...userFiles, '/etc/ssh/ssh_known_hosts']
  const known = (await Promise.all(files.map(readKnown))).flat()
  const [first = '/dev/null'] = userFiles
  const lineOf = (key: Buffer) => `${name} ${keyType(key)} ${key.toString('base64')}`

  const add = async (key: Buffer): Promise<void> => {
    await mkdir(dirname(first), { recursive: true, mode: 0o700 })
    await appendFile(first, `${lineOf(key)}\n`)
  }

  return {
    algorithms: hostKeyAlgorithms(known, name),
    async check(key) {
      const verdict = judge(known, name, key)
      const print = `${keyType(key)} ${fingerprint(key)}`
      if (verdict === 'known') return undefined
      if (verdict === 'revoked')
        return new Failure('connection.hostkey', `the host key of ${name} is revoked: ${print}`)
      if (checking === 'no') return undefined
      if (verdict === 'changed') {
        return new Failure(
          'connection.hostkey',
          `${name} shows another host key than the one that is known: ${print}`,
          {
            hint: `somebody may be in between; if the host was installed anew: ssh-keygen -R ${quote(name)} -f ${quote(first)}`,
          },
        )
      }
      if (checking === 'accept-new') {
        await add(key)
        return undefined
      }
      const isCertified = known.some((entry) => entry.marker === 'cert-authority' && isAbout(entry, name))
      return new Failure('connection.hostkey', `the host key of ${name} is not known: ${print}`, {
        hint: isCertified
          ? 'an authority is trusted to certify it: ansible_connection: openssh understands certificates'
          : `compare the fingerprint with the host's, then: echo ${quote(lineOf(key))} >> ${quote(first)}`,
      })
    },
  }
}

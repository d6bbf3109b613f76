import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../engine/failure.ts'
import { tool } from '../../engine/process.ts'

const kinds = { ed25519: [], ecdsa: ['-b', '256'], rsa: ['-b', '3072'] } as const

export type HostKey = { readonly private: string; readonly public: string }
export type HostKeys = { readonly [kind in keyof typeof kinds]: HostKey }

const make = async (parent: string, directory: string, node: string): Promise<void> => {
  await mkdir(parent, { recursive: true, mode: 0o700 })
  const work = await mkdtemp(join(parent, '.work-')) // mode 0700
  try {
    for (const [kind, size] of Object.entries(kinds)) {
      await tool('ssh-keygen', ['-q', '-t', kind, ...size, '-N', '', '-C', node, '-f', join(work, kind)])
    }
    await rename(work, directory).catch((thrown: NodeJS.ErrnoException) => {
      // Another request was faster: its keys are the node's.
      if (thrown.code !== 'ENOTEMPTY' && thrown.code !== 'EEXIST') throw thrown
    })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

const read = async (directory: string): Promise<HostKeys | undefined> => {
  try {
    const pairs = await Promise.all(
      Object.keys(kinds).map(async (kind) => {
        const [own, open] = await Promise.all(
          [kind, `${kind}.pub`].map((file) => readFile(join(directory, file), 'utf8')),
        )
        return [kind, { private: own, public: open }]
      }),
    )
    return Object.fromEntries(pairs)
  } catch {
    return undefined
  }
}

/** The SSH host keys of a node: made once, kept in the state directory (directory 0700, private keys 0600), the same at every boot. */
export const hostKeys = async (state: string, node: string): Promise<HostKeys> => {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(node))
    throw new Failure('node.name', `'${node}' cannot have host keys: it is no host name`)
  const parent = join(state, 'hostkeys')
  const directory = join(parent, node)
  const known = await read(directory)
  if (known) return known
  await make(parent, directory, node)
  const made = await read(directory)
  if (!made)
    throw new Failure('overlay.key', `the host keys of ${node} in ${directory} are not complete`, {
      hint: 'remove that directory; new keys are made',
    })
  return made
}

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { tool } from '../../../engine/process.ts'
import { kept } from '../../kept.ts'
import { packageLayer } from './packagelayer.ts'

const python = 'usr/lib/python3/dist-packages'

/** What of Debian's package `ansible` is taken; all of it is some hundred MB. */
const taken = ['ansible/posix', 'community/crypto', 'community/general'].flatMap((name) =>
  ['MANIFEST.json', 'meta', 'plugins'].map((part) => `./${python}/ansible_collections/${name}/${part}`),
)

/** The environment in which ansible-core has Debian's collections and what their modules import. Kept in dist/. */
export const collectionEnvironment = async (): Promise<Readonly<Record<string, string>>> => {
  const libraries = await packageLayer(['python3-passlib', 'python3-lxml'])
  const [, version] = /^ {2}Candidate: (\S+)$/m.exec(await tool('apt-cache', ['policy', 'ansible'])) ?? []
  if (version === undefined) throw new Error('apt knows no package ansible')
  const layer = await kept(join(import.meta.dirname, '../../../dist', `.collections-${version}`), async (work) => {
    await tool('apt-get', ['download', `ansible=${version}`], { cwd: work })
    const [archive = ''] = await readdir(work)
    const unpack = 'mkdir tree && dpkg --fsys-tarfile "$1" | tar -x -C tree "${@:2}"'
    await tool('bash', ['-c', unpack, 'bash', archive, ...taken], { cwd: work })
    return join(work, 'tree')
  })
  return {
    ANSIBLE_COLLECTIONS_PATHS: join(layer, python),
    PYTHONPATH: join(libraries, python),
  }
}

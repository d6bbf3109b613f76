import { createHash } from 'node:crypto'
import { mkdir, readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { tool } from '../../../engine/process.ts'
import { kept } from '../../kept.ts'

const dist = join(import.meta.dirname, '../../../dist')

/**
 * A directory with Debian packages and what they need beyond this machine's own, unpacked and never configured: laid under a
 * scratch root it has services that would change the machine itself if they were installed. Kept in dist/.
 */
export const packageLayer = async (names: readonly string[]): Promise<string> => {
  const simulated = await tool('apt-get', ['install', '--simulate', '--no-install-recommends', ...names])
  const wanted = [...simulated.matchAll(/^Inst (\S+) .*?\((\S+) /gm)].map(([, name, version]) => `${name}=${version}`)
  const key = createHash('sha256').update(wanted.join(' ')).digest('hex').slice(0, 16)
  return kept(join(dist, `.packages-${key}`), async (work) => {
    const tree = join(work, 'tree')
    // as the machine has them: a directory of that name would hide all that is behind the link
    for (const merged of ['bin', 'lib', 'sbin']) {
      await mkdir(join(tree, 'usr', merged), { recursive: true })
      await symlink(`usr/${merged}`, join(tree, merged))
    }
    if (wanted.length > 0) await tool('apt-get', ['download', ...wanted], { cwd: work })
    for (const file of (await readdir(work)).filter((name) => name.endsWith('.deb'))) {
      const archive = join(work, file)
      // not `dpkg -x`, which puts directories in the place of links
      await tool('sh', [
        '-c',
        'dpkg --fsys-tarfile "$1" | tar -x --keep-directory-symlink -C "$2"',
        'sh',
        archive,
        tree,
      ])
    }
    return tree
  })
}

import { mkdir, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tool } from '../../engine/process.ts'

const root = join(import.meta.dirname, '..', '..')

/** The network service of Debian with all that it calls; essential packages are nobody's dependency. */
const packages = ['ifupdown', 'iproute2', 'dash', 'coreutils', 'debianutils', 'sed', 'grep', 'hostname']

/**
 * A squashfs of a Debian that has the network service, unpacked but never configured: enough to run it in. Kept in dist/,
 * as it is fetched from the package mirror. Nothing of it is installed on this machine.
 */
export const servicesRoot = async (): Promise<string> => {
  const file = join(root, 'dist', '.services-debian-12.squashfs')
  const isThere = await stat(file).then(
    () => true,
    () => false,
  )
  if (isThere) return file
  const work = `${file}.${process.pid}`
  const [archives, tree] = [join(work, 'archives'), join(work, 'tree')]
  await mkdir(join(archives, 'partial'), { recursive: true })
  await writeFile(join(work, 'status'), '') // as if nothing were installed: all that they depend on is fetched
  const places = [`Dir::State::status=${work}/status`, `Dir::Cache::archives=${archives}`, 'Debug::NoLocking=1']
  const options = [...places, 'APT::Install-Recommends=0', 'APT::Sandbox::User=root'].flatMap((each) => ['-o', each])
  await tool('apt-get', [...options, '-y', '-q', '--download-only', 'install', ...packages])
  for (const directory of ['bin', 'sbin', 'lib', 'lib64']) {
    await mkdir(join(tree, 'usr', directory), { recursive: true })
    await symlink(`usr/${directory}`, join(tree, directory))
  }
  for (const archive of (await readdir(archives)).filter((name) => name.endsWith('.deb')))
    await tool('sh', [
      ...['-c', 'dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink -C "$2"', 'sh'],
      ...[join(archives, archive), tree],
    ])
  await tool('mksquashfs', [
    tree,
    join(work, 'image'),
    '-comp',
    'zstd',
    '-Xcompression-level',
    '3',
    '-quiet',
    '-no-progress',
  ])
  await rename(join(work, 'image'), file)
  await rm(work, { recursive: true })
  return file
}

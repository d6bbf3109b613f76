import { createHash } from 'node:crypto'
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tool } from '../../engine/process.ts'
import { kept } from '../kept.ts'

const root = join(import.meta.dirname, '..', '..')

/** Network services of Debian with all that they call; essential packages are nobody's dependency. */
const packages = [
  ...['ifupdown', 'network-manager', 'systemd', 'iproute2'],
  ...['dash', 'coreutils', 'debianutils', 'sed', 'grep', 'hostname'],
]

/** What the packages' scripts and base-files would have made. */
const files: Readonly<Record<string, string>> = {
  'etc/os-release': 'PRETTY_NAME="Debian 12, unpacked"\n',
  'etc/passwd': [
    'root:x:0:0::/root:/bin/sh',
    'messagebus:x:101:101::/nonexistent:/bin/false',
    'systemd-network:x:102:102::/:/bin/false',
    'polkitd:x:103:103::/nonexistent:/bin/false\n',
  ].join('\n'),
  'etc/group': 'root:x:0:\nmessagebus:x:101:\nsystemd-network:x:102:\npolkitd:x:103:\nnetdev:x:104:\n',
  'etc/machine-id': '0123456789abcdef0123456789abcdef\n',
}

/** What a node never reads. */
const unused = ['usr/share/doc', 'usr/share/man', 'usr/share/locale', 'usr/share/info', 'usr/share/bash-completion']

/**
 * A squashfs of a Debian that has the network services, unpacked but never configured: enough to run them in. Kept in dist/,
 * as it is fetched from the package mirror. Nothing of it is installed on this machine.
 */
export const servicesRoot = async (): Promise<string> => {
  const content = createHash('sha256')
    .update(JSON.stringify([packages, files, unused]))
    .digest('hex')
    .slice(0, 12)
  const file = join(root, 'dist', `.services-debian-12-${content}.squashfs`)
  return kept(file, async (work) => {
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
    for (const path of unused) await rm(join(tree, path), { recursive: true, force: true })
    for (const directory of ['proc', 'sys', 'dev', 'run', 'tmp', 'etc'])
      await mkdir(join(tree, directory), { recursive: true })
    await symlink('/run', join(tree, 'var/run'))
    for (const [path, text] of Object.entries(files)) await writeFile(join(tree, path), text)
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
    return join(work, 'image')
  })
}

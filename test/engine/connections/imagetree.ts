import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const passwd = `root:x:0:0:root:/root:/bin/sh
nobody:x:65534:65534:nobody:/:/bin/sh
`

/** A small tree that passes for an operating system: a static busybox, and dpkg's place, so that it counts as Debian's. */
export const makeTree = (): string => {
  const root = mkdtempSync(join(tmpdir(), 'prelude-tree-'))
  chmodSync(root, 0o755)
  for (const directory of ['bin', 'etc', 'root', 'tmp', 'usr/bin', 'usr/sbin', 'var', 'dev', 'proc', 'run', 'sys']) {
    mkdirSync(join(root, directory), { recursive: true })
  }
  copyFileSync('/bin/busybox', join(root, 'bin/busybox'))
  execFileSync('chroot', [root, '/bin/busybox', '--install', '-s', '/bin'])
  writeFileSync(join(root, 'etc/passwd'), passwd)
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\n')
  writeFileSync(join(root, 'usr/bin/dpkg'), '#!/bin/sh\n', { mode: 0o755 })
  return root
}

/** Every path below a directory with its type, mode and content, to see whether anything was left or changed. */
export const inventoryOf = (root: string): string =>
  execFileSync('sh', ['-c', 'find . -printf "%p %y %m %U %G %l\\n" | sort; find . -type f -exec cksum {} + | sort'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'], // files may vanish while they are counted
  })

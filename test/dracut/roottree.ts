import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { tool } from '../../engine/process.ts'
import { checks } from '../agent/checks.ts'
import { dracutTree } from './tree.ts'

/** What an image of the Debian tree can do without. */
const left = [
  ...[
    '/boot/*',
    '/usr/share/doc',
    '/usr/share/man',
    '/usr/share/locale',
    '/usr/share/i18n',
    '/var/cache',
    '/var/lib/apt',
  ],
  ...['/usr/lib/dracut', '/usr/lib/udev/hwdb.d', '/usr/bin/perl*', '/usr/share/perl*', '/usr/lib/*/perl*', '/proc/*'],
  ...['/usr/lib/gcc*', '/usr/lib/*/gconv', '/etc/udev/hwdb.bin', '/usr/lib/*/ldscripts', '/sys', '/dev/*'],
]

/** Makes a small root at `target`: Debian, and what `files` says; each is executable. */
export const makeRoot = async (target: string, files: Readonly<Record<string, string>>): Promise<string> => {
  await mkdir(target, { recursive: true })
  const excludes = left.map((path) => `--exclude=${path}`)
  await tool('rsync', ['-aH', ...excludes, `${await dracutTree()}/`, `${target}/`])
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(target, path)), { recursive: true })
    await writeFile(join(target, path), content)
    await chmod(join(target, path), 0o755)
  }
  return target
}

/** A shell script of this folder. */
export const script = (name: string): Promise<string> => readFile(join(import.meta.dirname, name), 'utf8')

/** The init of a test's root: what it looks at is in a script of this folder. */
export const initOf = async (name: string): Promise<string> =>
  ['#!/bin/sh\n', await script('beginning.guest.sh'), await checks(), await script(name)].join('')

import { spawn } from 'node:child_process'
import { realpath } from 'node:fs/promises'
import { sh } from '../command.ts'
import { Failure, messageOf } from '../failure.ts'
import { channelOf } from './childchannel.ts'
import { connectionOver } from './connect.ts'
import type { Connection } from './connection.ts'
import { openNamespace } from './imagenamespace.ts'

export type ImageOptions = {
  /** The tree's root directory. */
  readonly root: string
  /** How messages name it; the root unless told. */
  readonly name?: string | undefined
  /**
   * The tree is the root of a machine that is booting (/sysroot): /dev, /sys and /run are the machine's own. Services
   * do not start there either; the real init starts them.
   */
  readonly boot?: boolean | undefined
  /** Variables that every command has beside PATH, HOME and LANG; proxies, say. */
  readonly environment?: Readonly<Record<string, string>> | undefined
}

const clean = {
  PATH: '/run/prelude-guard:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LANG: 'C.UTF-8',
  DEBIAN_FRONTEND: 'noninteractive',
  SYSTEMD_OFFLINE: '1', // systemctl changes files and talks to nobody
  debian_chroot: 'image', // the fact is_chroot, where neither process 1 nor the file system tell
}

/**
 * Opens an operating-system tree: commands run in a chroot with /proc, /sys, /dev, /run and name resolution, in
 * namespaces of their own that vanish when the connection is closed or this process ends. No service starts inside.
 * Throws a Failure 'connection.locked' while somebody else builds the same tree.
 */
export const openImage = async (options: ImageOptions): Promise<Connection> => {
  const root = await realpath(options.root).catch((cause: unknown) => {
    throw new Failure('connection.image', `cannot open the tree ${options.root}: ${messageOf(cause)}`, { cause })
  })
  if (root === '/') {
    throw new Failure('connection.image', 'the tree of an image cannot be /', { hint: 'use connection: local' })
  }
  const namespace = await openNamespace(root, options.boot ?? false)
  const name = options.name ?? root
  let closed = false
  return connectionOver({
    kind: 'image',
    name,
    shells: 4,
    async spawn(command) {
      // by then its process number may be somebody else's
      if (closed) throw new Failure('connection.image', `the tree of ${name} has been closed`)
      // The caller's umask must not decide the modes of an image's files.
      const run = ['chroot', root, '/bin/sh', '-c', sh`umask 022; ${command}`.text]
      const env = { ...clean, ...options.environment }
      return channelOf(spawn('nsenter', [...namespace.enter, '--', ...run], { detached: true, env }))
    },
    async close() {
      closed = true
      await namespace.close()
    },
  })
}

import { spawnSync } from 'node:child_process'

/**
 * Goes on in a mount namespace of its own, with `network` in one of the network, too, whose loopback is down: the program is
 * started again inside, and this process ends with its exit code.
 */
export const enterMountNamespace = (program: string, network = false): void => {
  if (process.argv[2] === 'inside') return
  const spaces = ['--mount', ...(network ? ['--net'] : [])]
  const { status } = spawnSync('unshare', [...spaces, process.execPath, program, 'inside'], { stdio: 'inherit' })
  process.exit(status ?? 1)
}

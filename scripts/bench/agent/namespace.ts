import { spawnSync } from 'node:child_process'

/** Goes on in a mount namespace of its own: the program is started again inside, and this process ends with its exit code. */
export const enterMountNamespace = (program: string): void => {
  if (process.argv[2] === 'inside') return
  const { status } = spawnSync('unshare', ['--mount', process.execPath, program, 'inside'], { stdio: 'inherit' })
  process.exit(status ?? 1)
}

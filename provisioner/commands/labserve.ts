import { spawn } from 'node:child_process'
import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Failure } from '../../engine/failure.ts'
import { runInLab } from '../lab/lab.ts'
import { type Ready, runtimeFiles } from '../serve.ts'
import type { CommonOptions, Surroundings } from './program.ts'

/** The bridge of the lab's switch, which carries the head node's address. */
const bridge = 'br0'

/** How long the provisioner may take to stand. */
const startLimit = 30_000

const readReady = async (state: string): Promise<Ready | undefined> => {
  try {
    return JSON.parse(await readFile(runtimeFiles(state).ready, 'utf8')) as Ready
  } catch {
    return undefined
  }
}

const isServing = async (ready: Ready): Promise<boolean> =>
  (await readFile(`/proc/${ready.pid}/cmdline`, 'utf8').catch(() => '')).includes('\0serve\0')

const lastLines = async (file: string): Promise<string> =>
  (await readFile(file, 'utf8').catch(() => '')).trim().split('\n').slice(-8).join('\n')

/**
 * Starts `provision serve` inside the lab's namespace unless it runs there already; returns whether it was started. It goes on when
 * this command ends; `provision lab down` ends it with everything else in the namespace.
 */
export const serveInLab = async (
  lab: { readonly name: string },
  state: string,
  inventory: readonly string[],
  options: CommonOptions,
  { self, stop }: Surroundings,
): Promise<boolean> => {
  const running = await readReady(state)
  if (running && (await isServing(running))) return false
  const { directory, ready } = runtimeFiles(state)
  await rm(ready, { force: true })
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const logFile = join(directory, 'provision.log')
  const log = await open(logFile, 'w', 0o600)
  const [file = '', ...args] = runInLab(lab, [
    ...self,
    'serve',
    ...inventory.flatMap((source) => ['-i', source.includes(',') ? source : resolve(source)]),
    ...['--state', resolve(state), '--dhcp', 'server', '--interface', bridge],
    ...(options.vaultPasswordFile ?? []).flatMap((each) => ['--vault-password-file', resolve(each)]),
  ])
  let exit: string | undefined
  const child = spawn(file, args, { detached: true, stdio: ['ignore', log.fd, log.fd], cwd: '/' })
  child.once('error', (thrown) => {
    exit = thrown.message
  })
  child.once('exit', (code, signal) => {
    exit = signal ?? `exit code ${code}`
  })
  await log.close()
  const deadline = Date.now() + startLimit
  for (;;) {
    const told = await readReady(state)
    if (told && (await isServing(told))) break
    if (exit !== undefined || Date.now() > deadline || stop.aborted) {
      if (exit === undefined) child.kill('SIGTERM')
      throw new Failure(
        'lab.provisioner',
        `the provisioner did not start in the lab: ${exit ?? 'not ready in time'}\n${await lastLines(logFile)}`,
        {
          hint: `its log is ${logFile}`,
        },
      )
    }
    await delay(50)
  }
  child.unref()
  return true
}

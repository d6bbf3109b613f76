import { basename } from 'node:path'
import { messageOf } from '../engine/failure.ts'
import { createLog, textSink } from '../engine/log.ts'
import packageJson from '../package.json' with { type: 'json' }
import { boot } from './boot.ts'
import type { BootStage } from './context.ts'
import { diagnose } from './diagnose/diagnose.ts'
import { start } from './initramfs/start.ts'
import { killed, stopped } from './killed.ts'
import { mkdiskCommand } from './mkdisk/command.ts'
import { prebootCommand } from './preboot/command.ts'
import { systemdNotify } from './runtime/notify.ts'
import { mkdisk } from './stages/mkdisk.ts'
import { network } from './stages/network.ts'
import { overlay } from './stages/overlay.ts'
import { preboot } from './stages/preboot.ts'
import { root } from './stages/root.ts'
import { runtime } from './stages/runtime.ts'
import { secrets } from './stages/secrets.ts'
import { switchRoot } from './stages/switch.ts'
import { handoverPath } from './system/handover.ts'

/** A node's boot, in order. */
export const bootStages: readonly BootStage[] = [network, root, overlay, secrets, preboot, mkdisk, switchRoot]

export const usage = `usage: prelude-agent COMMAND
  boot [--manifest FILE] [--root DIRECTORY]   boot this node (in the initramfs)
  init                                        boot this node from the start (as /init of the minimal initramfs does)
  killed CODE [--manifest FILE] [--root DIR]  report a boot whose agent ended with CODE, and restart (for the hook)
  stopped REASON [--manifest FILE] [--root DIR]
                                              report a boot that its initramfs gave up, and restart (for the hook)
  diagnose [--json]                           say how this node is and what is wrong with it; 1 when something is
  runtime [--interval SECONDS] [--root DIR] [--session FILE]
                                              report that the node is ready, keep the runtime overlay current
  preboot [--root DIRECTORY]                  the preboot phase alone, in a root that Warewulf made
  mkdisk [-r | -c] [--plan] ...               make the local disks; also by the name /bin/mkdisk
  --version
`

const option = (argv: readonly string[], name: string, otherwise: string): string => {
  const index = argv.indexOf(name)
  return index < 0 ? otherwise : (argv[index + 1] ?? otherwise)
}

/** What a task that ran out of its time left behind must not hold the boot. */
const ending = (code: number): number => {
  setTimeout(() => process.exit(code), 1000).unref()
  return code
}

const runRuntime = async (argv: readonly string[]): Promise<number> => {
  const log = createLog(textSink((line) => process.stdout.write(line), false))
  const stop = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort())
  try {
    await runtime({
      log,
      root: option(argv, '--root', '/'),
      interval: Number(option(argv, '--interval', '60')),
      signal: stop.signal,
      notify: systemdNotify(process.env['NOTIFY_SOCKET'], process.pid),
      handover: option(argv, '--session', handoverPath),
    })
    return 0
  } catch (thrown) {
    log.error(messageOf(thrown))
    return 1
  }
}

export const main = async (argv: readonly string[]): Promise<number> => {
  if (basename(process.argv0) === 'mkdisk') return mkdiskCommand(argv)
  const [command, ...rest] = argv
  const places = {
    manifest: option(rest, '--manifest', '/prelude/boot.json'),
    newRoot: option(rest, '--root', '/sysroot'),
  }
  switch (command) {
    case 'boot':
      return ending(await boot(bootStages, places))
    case 'init':
      process.env['MDADM_NO_UDEV'] = '1' // nobody makes nodes of arrays there: mdadm does it itself
      return start(bootStages)
    case 'killed':
      return killed(Number(rest[0]), places)
    case 'stopped':
      return stopped(rest[0] ?? 'nobody said why', places)
    case 'diagnose':
      return diagnose(rest.includes('--json'), (text) => process.stdout.write(text))
    case 'runtime':
      return runRuntime(rest)
    case 'preboot':
      return ending(await prebootCommand(option(rest, '--root', '/sysroot')))
    case 'mkdisk':
      return mkdiskCommand(rest)
    case '--version':
      process.stdout.write(`prelude-agent ${packageJson.version}\n`)
      return 0
    case '--help':
      process.stdout.write(usage)
      return 0
    default:
      process.stderr.write(usage)
      return 2
  }
}

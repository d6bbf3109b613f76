import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RebootParameters } from '../../../schema/types.ts'
import { type Command, sh, verbatim } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { change, type Host, type ModuleSchema, module, type Result } from '../module.ts'
import { stopwatch } from '../stopwatch.ts'
import { until } from '../wait_for/until.ts'
import schema from './reboot.schema.json' with { type: 'json' }

const bootId = '/proc/sys/kernel/random/boot_id'

const isLost = (thrown: unknown): thrown is Failure =>
  thrown instanceof Failure && thrown.code.startsWith('connection.')

/** What tells this boot from others. Throws a Failure where restarting would not restart the host, or us. */
const thisBoot = async (host: Host, { boot_time_command }: RebootParameters): Promise<string> => {
  const refuse = (message: string, hint: string) => new Failure('module.reboot', message, { at: host.at, hint })
  if ((await host.fact('is_chroot')) === true) {
    throw refuse('an image is not a running machine: there is nothing to restart', 'leave it out by a condition or tag')
  }
  const output = await host.run(sh`cat ${bootId} 2>/dev/null; echo; ${verbatim(boot_time_command)}`)
  const [id = '', ...rest] = output.stdout.toString().split('\n')
  const own = await readFile(bootId, 'utf8').catch(() => '')
  if (id !== '' && id === own.trim()) {
    throw refuse('this would restart the machine that runs the play', 'name the machine in hosts, and reach it by ssh')
  }
  const boot = rest.join('\n').trim()
  if (output.code === 0 && boot !== '') return boot
  throw refuse(`'${boot_time_command}' tells nothing of the boot`, output.stderr.toString().trim())
}

const restarting = ({ reboot_command, search_paths, msg, pre_reboot_delay }: RebootParameters): Command => {
  const path = sh`PATH=${search_paths.join(':')}:$PATH`
  if (reboot_command !== undefined) return sh`${path}; ${verbatim(reboot_command)}`
  const minutes = Math.floor(Math.max(0, pre_reboot_delay) / 60)
  return sh`${path}
    if command -v shutdown >/dev/null; then shutdown -r ${minutes} ${msg}; else sleep ${minutes * 60}; reboot; fi`
}

/** Tells the host to restart; it may be gone before it answers. Returns why it refused. */
const restart = async (host: Host, params: RebootParameters): Promise<string | undefined> => {
  try {
    const output = await host.run(restarting(params), { timeout: (60 + params.pre_reboot_delay) * 1000 })
    if (output.code === 0) return undefined
    return `Reboot command failed. Error was: '${output.stdout.toString().trim()}, ${output.stderr.toString().trim()}'`
  } catch (thrown) {
    if (!isLost(thrown)) throw thrown
    return undefined
  }
}

/** Asks until `isDone` takes the answer. Returns why not when the time is over. */
const untilDone = async (
  host: Host,
  params: RebootParameters,
  command: Command,
  isDone: (code: number, said: string) => string | true,
): Promise<string | undefined> => {
  let reason = ''
  const look = async () => {
    try {
      const output = await host.run(command, { timeout: params.connect_timeout * 1000 })
      const answer = isDone(output.code, `${output.stdout}${output.stderr}`.trim())
      if (answer === true) return true
      reason = answer
    } catch (thrown) {
      if (!isLost(thrown)) throw thrown
      reason = thrown.message
    }
    return undefined
  }
  const { found } = await until(look, { delay: 0, sleep: 1, timeout: params.reboot_timeout })
  return found ? undefined : reason
}

export const reboot = module<RebootParameters>('reboot', schema as ModuleSchema, async function* (host, params) {
  const boot = await thisBoot(host, params)
  const done: Result | undefined = yield* change({
    what: `restart ${host.name}`,
    apply: async () => {
      const elapsed = stopwatch()
      const told = () => ({ elapsed: elapsed() })
      const refused = await restart(host, params)
      if (refused !== undefined) return { changed: false, failed: true, rebooted: false, msg: refused, ...told() }
      await sleep(params.post_reboot_delay * 1000)
      const late =
        (await untilDone(host, params, verbatim(params.boot_time_command), (code, said) =>
          code === 0 && said !== '' && said !== boot ? true : 'it has not restarted',
        )) ??
        (await untilDone(host, params, verbatim(params.test_command), (code, said) =>
          code === 0 ? true : `'${params.test_command}' ended with ${code}: ${said}`,
        ))
      if (late === undefined) return { changed: true, rebooted: true, ...told() }
      const msg = `${host.name} was not back after ${params.reboot_timeout} s: ${late}`
      return { failed: true, rebooted: true, msg, ...told() }
    },
  })
  return done ?? { elapsed: 0, rebooted: true }
})

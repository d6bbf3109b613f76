import type { SysvinitParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { change, type Host, type ModuleSchema, module, type Steps } from '../module.ts'
import { runOrFail } from '../runorfail.ts'
import { controlScript } from '../service/initscript.ts'
import schema from './sysvinit.schema.json' with { type: 'json' }

/** Yields what makes the service start, or not, in certain run levels. */
async function* setLevels(host: Host, { name, enabled }: SysvinitParameters, levels: readonly string[]): Steps {
  const output = await host.run(sh`for level in ${levels}; do
    for link in /etc/rc"$level".d/S[0-9][0-9]${name}; do [ ! -e "$link" ] || echo "$level"; done; done`)
  const starting = output.stdout.toString().split('\n')
  const others = levels.filter((level) => starting.includes(level) !== enabled)
  if (others.length === 0) return {}
  const verb = enabled ? 'enable' : 'disable'
  yield* change({
    what: `${verb} ${name} in the run levels ${others.join(', ')}`,
    apply: () =>
      runOrFail(
        host,
        sh`if command -v update-rc.d >/dev/null 2>&1; then update-rc.d ${name} ${verb} ${others}
        else chkconfig --level ${others.join('')} ${name} ${enabled ? 'on' : 'off'}; fi`,
      ),
  })
  return {}
}

export const sysvinit = module<SysvinitParameters>('sysvinit', schema as ModuleSchema, async function* (host, params) {
  const { name, enabled, runlevels, sleep, state, pattern } = params
  const fail = (message: string) => new Failure('module.parameter', message, { at: host.at })
  if (!/^[A-Za-z0-9_][\w.@+-]*$/.test(name)) throw fail(`'${name}' is no name of a service`)
  const level = runlevels?.find((one) => !/^[0-6S]$/.test(one))
  if (level !== undefined) throw fail(`'${level}' is no run level`)
  const isImage = (await host.fact('is_chroot')) === true
  const script = {
    name,
    sleep,
    runlevel: 'default',
    use: 'auto' as const,
    daemon_reload: false,
    arguments: params.arguments ?? '',
    ...(state === undefined ? {} : { state }),
    ...(pattern === undefined ? {} : { pattern }),
    ...(enabled === undefined || runlevels !== undefined ? {} : { enabled }),
  }
  if (runlevels !== undefined && enabled !== undefined) yield* setLevels(host, params, runlevels)
  return yield* controlScript(host, script, isImage)
})

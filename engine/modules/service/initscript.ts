import type { ServiceParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { splitWords } from '../../words.ts'
import { change, type Host, type Result, type Steps } from '../module.ts'
import { runOrFail } from '../runorfail.ts'
import { skippedState } from '../systemd/control.ts'

type Script = { readonly isRunning: boolean; readonly isEnabled: boolean }

/** Looks at a script of /etc/init.d: links for the usual run levels, and its status or the list of processes. */
const lookAtScript = async (host: Host, { name, pattern, runlevel }: ServiceParameters): Promise<Script> => {
  const running =
    pattern === undefined
      ? sh`/etc/init.d/${name} status >/dev/null 2>&1`
      : sh`ps -eo args= 2>/dev/null | grep -v grep | grep -qF -- ${pattern}`
  const output = await host.run(sh`
    [ -x /etc/init.d/${name} ] || exit 3
    ! ${running} || echo running
    for link in /etc/rc[2345].d/S[0-9][0-9]${name} /etc/runlevels/${runlevel}/${name}; do
      [ ! -e "$link" ] || { echo enabled; break; }
    done`)
  if (output.code === 3) {
    throw new Failure('module.service', `Could not find the requested service ${name}`, {
      at: host.at,
      hint: `there is no systemd and no script /etc/init.d/${name}: install the package that brings it`,
    })
  }
  const words = output.stdout.toString().split('\n')
  return { isRunning: words.includes('running'), isEnabled: words.includes('enabled') }
}

const enabling = (name: string, enabled: boolean, runlevel: string) => sh`
  if command -v update-rc.d >/dev/null 2>&1; then
    update-rc.d ${name} ${enabled ? 'defaults' : 'disable'} && update-rc.d ${name} ${enabled ? 'enable' : 'disable'}
  elif command -v chkconfig >/dev/null 2>&1; then
    chkconfig --add ${name} && chkconfig ${name} ${enabled ? 'on' : 'off'}
  elif command -v rc-update >/dev/null 2>&1; then
    rc-update ${enabled ? 'add' : 'delete'} ${name} ${runlevel}
  else
    echo 'neither update-rc.d nor chkconfig nor rc-update is there' >&2; exit 1
  fi`

/** The calls of a script that lead to a state, in order. */
const verbs = (state: NonNullable<ServiceParameters['state']>, isRunning: boolean): string[] => {
  if (state === 'stopped') return isRunning ? ['stop'] : []
  if (!isRunning) return ['start']
  if (state === 'started') return []
  return state === 'reloaded' ? ['reload'] : ['stop', 'start']
}

/** Controls a service that is a script in /etc/init.d. */
export async function* controlScript(host: Host, params: ServiceParameters, isImage: boolean): Steps {
  const { name, state, enabled, runlevel, sleep } = params
  const script = await lookAtScript(host, params)
  const result: Result = { name }
  if (enabled !== undefined) {
    result['enabled'] = enabled
    if (enabled !== script.isEnabled) {
      yield* change({
        what: `${enabled ? 'enable' : 'disable'} ${name}`,
        apply: () => runOrFail(host, enabling(name, enabled, runlevel)),
      })
    }
  }
  if (state === undefined) return result
  result['state'] = state === 'stopped' ? 'stopped' : 'started'
  if (isImage) return { ...result, msg: skippedState(state) }
  const calls = verbs(state, script.isRunning)
  if (calls.length === 0) return result
  yield* change({
    what: `${calls.length === 2 ? 'restart' : calls[0]} ${name}`,
    apply: async () => {
      for (const [index, verb] of calls.entries()) {
        if (index > 0 && sleep !== undefined) await runOrFail(host, sh`sleep ${sleep}`)
        await runOrFail(host, sh`/etc/init.d/${name} ${verb} ${splitWords(params.arguments)} </dev/null`)
      }
    },
  })
  return result
}

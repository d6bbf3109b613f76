import type { TimezoneParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { nearest } from '../../nearest.ts'
import { change, type Host, type ModuleSchema, module } from '../module.ts'
import { rewriteFile } from '../rewritefile.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './timezone.schema.json' with { type: 'json' }

const zones = '/usr/share/zoneinfo'

type Clock = {
  /** Zone that /etc/localtime points to. */
  readonly zone: string | undefined
  /** Text of /etc/timezone, where the system keeps one. */
  readonly named: string | undefined
  readonly adjustments: string | undefined
}

const lookAtClock = async (host: Host): Promise<Clock> => {
  const output = await host.run(sh`
    readlink -f /etc/localtime || echo
    [ ! -f /etc/timezone ] || sed 's/^/timezone /' /etc/timezone
    [ ! -f /etc/adjtime ] || sed 's/^/adjtime /' /etc/adjtime`)
  const [target = '', ...rest] = output.stdout.toString().split('\n')
  const file = (name: string) => {
    const lines = rest.flatMap((line) => (line.startsWith(`${name} `) ? `${line.slice(name.length + 1)}\n` : []))
    return lines.length > 0 ? lines.join('') : undefined
  }
  const zone = target.startsWith(`${zones}/`) ? target.slice(zones.length + 1) : undefined
  return { zone, named: file('timezone'), adjustments: file('adjtime') }
}

/** The real name of a zone: a name may be a link to another one. Throws a Failure for a zone that is not there. */
const realZone = async (host: Host, name: string): Promise<string> => {
  const output = await host.run(
    sh`cd ${zones} 2>/dev/null || exit 4
       case ${name} in /*|*..*) exit 3;; esac
       [ -f ${name} ] && readlink -f ${name} || exit 3`,
  )
  if (output.code === 0)
    return output.stdout
      .toString()
      .trim()
      .slice(zones.length + 1)
  if (output.code === 4) {
    throw new Failure('module.parameter', `there is no ${zones} to look for time zones in`, {
      at: host.at,
      hint: "install the package 'tzdata' first",
    })
  }
  const list = await host.run(
    sh`cd ${zones} && find . '(' -type f -o -type l ')' -name '[A-Z]*' ! -path './right/*' ! -path './posix/*'`,
  )
  const near = nearest(
    name,
    list.stdout
      .toString()
      .split('\n')
      .map((line) => line.replace('./', '')),
  )
  throw new Failure('module.parameter', `there is no time zone '${name}'`, {
    at: host.at,
    hint: near ? `did you mean '${near}'?` : `see ${zones}`,
  })
}

/** The text of /etc/adjtime with its third line, what the hardware clock counts in. */
export const withClock = (adjustments: string | undefined, hwclock: 'UTC' | 'local'): string => {
  const [drift = '0.0 0 0.0', last = '0'] = (adjustments ?? '').split('\n').filter(Boolean)
  return `${drift}\n${last}\n${hwclock === 'UTC' ? 'UTC' : 'LOCAL'}\n`
}

const clockOf = (adjustments: string | undefined): 'UTC' | 'local' =>
  /^LOCAL$/m.test(adjustments ?? '') ? 'local' : 'UTC'

export const timezone = module<TimezoneParameters>('timezone', schema as ModuleSchema, async function* (host, params) {
  const { name, hwclock } = params
  const clock = await lookAtClock(host)
  if (name !== undefined) {
    const zone = await realZone(host, name)
    if (clock.zone !== zone) {
      const link = '/etc/localtime'
      yield* change({
        what: `set the time zone to ${name}`,
        diff: { before: `${clock.zone ?? ''}\n`, after: `${zone}\n`, beforeHeader: link, afterHeader: link },
        apply: () =>
          runOrFail(host, sh`ln -sfn ${`${zones}/${name}`} ${link}.prelude && mv -fT ${link}.prelude ${link}`),
      })
    }
    const isNamed = clock.named !== undefined || (await host.fact('os_family')) === 'Debian'
    if (isNamed && clock.named?.trim() !== name) {
      yield* rewriteFile(host, { path: '/etc/timezone', before: clock.named, after: `${name}\n` })
    }
  }
  if (hwclock !== undefined && clockOf(clock.adjustments) !== hwclock) {
    const after = withClock(clock.adjustments, hwclock)
    yield* rewriteFile(host, { path: '/etc/adjtime', before: clock.adjustments, after })
  }
  return { ...(name === undefined ? {} : { name }), ...(hwclock === undefined ? {} : { hwclock }) }
})

import type { GroupParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { change, type ModuleSchema, module } from '../module.ts'
import { runOrFail } from '../runorfail.ts'
import { entries, parseGroups, programsOf } from './database.ts'
import schema from './group.schema.json' with { type: 'json' }

const line = (name: string, gid: number | undefined): string => `${name}:x:${gid ?? '(next free)'}\n`

export const group = module<GroupParameters>('group', schema as ModuleSchema, async function* (host, params) {
  const { name, state, gid, system, non_unique, local, force, gid_min, gid_max } = params
  if (non_unique && gid === undefined) {
    throw new Failure('module.parameter', "group needs 'gid' with non_unique", { at: host.at })
  }
  const output = await host.run(sh`${entries('group', name, local)}; echo; ${programsOf('groupadd', 'addgroup')}`)
  const text = output.stdout.toString()
  const found = parseGroups(text).find((entry) => entry.name === name)
  const isBusybox = text.endsWith('\nbusybox\n')
  const headers = { beforeHeader: '/etc/group', afterHeader: '/etc/group' }
  const sameNumber = non_unique ? ['-o'] : []

  if (state === 'absent') {
    if (found) {
      yield* change({
        what: `remove the group ${name}`,
        diff: { before: line(name, found.gid), after: '', ...headers },
        // that of busybox takes no `--`
        apply: () =>
          runOrFail(host, isBusybox && !force ? sh`delgroup ${name}` : sh`groupdel ${force ? ['-f'] : []} -- ${name}`),
      })
    }
    return { name, state }
  }
  if (!found) {
    const limits = [
      ...(gid_min === undefined ? [] : ['-K', `GID_MIN=${gid_min}`]),
      ...(gid_max === undefined ? [] : ['-K', `GID_MAX=${gid_max}`]),
    ]
    const options = [...(gid === undefined ? [] : ['-g', gid]), ...sameNumber, ...(system ? ['-r'] : []), ...limits]
    const isPlain = sameNumber.length === 0 && limits.length === 0
    const given = [...(gid === undefined ? [] : ['-g', gid]), ...(system ? ['-S'] : [])]
    yield* change({
      what: `add the group ${name}`,
      diff: { before: '', after: line(name, gid), ...headers },
      apply: () =>
        runOrFail(host, isBusybox && isPlain ? sh`addgroup ${given} -- ${name}` : sh`groupadd ${options} -- ${name}`),
    })
  } else if (gid !== undefined && gid !== found.gid) {
    yield* change({
      what: `change the number of the group ${name} to ${gid}`,
      diff: { before: line(name, found.gid), after: line(name, gid), ...headers },
      apply: () => runOrFail(host, sh`groupmod -g ${gid} ${sameNumber} -- ${name}`),
    })
  }
  const after = host.check || found ? undefined : await host.run(entries('group', name, local))
  const number = gid ?? found?.gid ?? parseGroups(after?.stdout.toString() ?? '')[0]?.gid
  return { name, state, system, ...(number === undefined ? {} : { gid: number }) }
})

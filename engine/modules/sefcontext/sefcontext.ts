import type { SefcontextParameters } from '../../../schema/types.ts'
import { type Command, sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { change, type Host, type ModuleSchema, module } from '../module.ts'
import { checkOneLine } from '../oneline.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './sefcontext.schema.json' with { type: 'json' }

type Rule = { readonly user: string; readonly role: string; readonly type: string; readonly level: string }

const kinds: Readonly<Record<SefcontextParameters['ftype'], string>> = {
  a: 'all files',
  b: 'block device',
  c: 'character device',
  d: 'directory',
  f: 'regular file',
  l: 'symbolic link',
  p: 'named pipe',
  s: 'socket',
}

/** The rule for a target and kind of file, and the path that it takes its rules from, in semanage's list. */
export const findRules = (
  list: string,
  target: string,
  ftype: SefcontextParameters['ftype'],
): { rule?: Rule; substitute?: string } => {
  let found: { rule?: Rule; substitute?: string } = {}
  for (const line of list.split('\n')) {
    if (line.startsWith(`${target} = `)) found = { ...found, substitute: line.slice(target.length + 3).trim() }
    if (!line.startsWith(`${target} `)) continue
    const rest = line.slice(target.length).trim()
    if (!rest.startsWith(kinds[ftype])) continue
    const context = rest.slice(kinds[ftype].length).trim()
    const [user = '', role = '', type = context, ...level] = context.split(':')
    const rule = context.startsWith('<<') ? { user: '', role: '', type: '<<none>>', level: '' } : undefined
    found = { ...found, rule: rule ?? { user, role, type, level: level.join(':') } }
  }
  return found
}

const shown = (target: string, ftype: string, { user, role, type, level }: Rule): string =>
  `${target}      ${ftype}      ${user}:${role}:${type}:${level}\n`

type Step = { readonly command: Command; readonly before: string; readonly after: string }

/** The steps that lead to the wanted state: commands and how the list reads before and after. */
const stepsOf = (params: SefcontextParameters, { rule, substitute: path }: ReturnType<typeof findRules>): Step[] => {
  const { target, ftype, setype, substitute, seuser, selevel, state, reload } = params
  const quiet = reload ? [] : ['-N']
  const equal = (one: string) => `${target} = ${one}\n`
  if (state === 'absent') {
    const steps: Step[] = []
    if (rule && substitute === undefined) {
      const command = sh`semanage fcontext ${quiet} -d -f ${ftype} -- ${target}`
      steps.push({ command, before: shown(target, ftype, rule), after: '' })
    }
    if (path !== undefined && setype === undefined && (substitute === undefined || substitute === path)) {
      const command = sh`semanage fcontext ${quiet} -d -e ${path} -- ${target}`
      steps.push({ command, before: equal(path), after: '' })
    }
    return steps
  }
  if (substitute !== undefined) {
    if (path === substitute) return []
    const add = sh`semanage fcontext ${quiet} -a -e ${substitute} -- ${target}`
    // Its -m with -e adds, too, and refuses what is there.
    const restore = sh`{ semanage fcontext ${quiet} -a -e ${path ?? ''} -- ${target}; exit 1; }`
    const changed = sh`semanage fcontext -N -d -e ${path ?? ''} -- ${target} && { ${add} || ${restore}; }`
    const command = path === undefined ? add : changed
    return [{ command, before: path === undefined ? '' : equal(path), after: equal(substitute) }]
  }
  const wanted = {
    user: seuser ?? rule?.user ?? 'system_u',
    role: rule?.role ?? 'object_r',
    type: setype ?? '',
    level: selevel ?? rule?.level ?? 's0',
  }
  if (rule && rule.type === wanted.type && rule.user === wanted.user && rule.level === wanted.level) return []
  const user = seuser === undefined ? [] : ['-s', seuser]
  const level = selevel === undefined ? [] : ['-r', selevel]
  const verb = rule ? '-m' : '-a'
  const command = sh`semanage fcontext ${quiet} ${verb} -t ${wanted.type} -f ${ftype} ${user} ${level} -- ${target}`
  return [{ command, before: rule ? shown(target, ftype, rule) : '', after: shown(target, ftype, wanted) }]
}

const checkParameters = (host: Host, params: SefcontextParameters): void => {
  const { target, setype, substitute, seuser, selevel, state } = params
  checkOneLine(host, { target, substitute })
  const fail = (message: string) => new Failure('module.parameter', message, { at: host.at })
  if (!target.startsWith('/')) throw fail(`'target' must begin with '/': ${target}`)
  if (substitute !== undefined && !substitute.startsWith('/')) throw fail(`'substitute' must begin with '/'`)
  if (state === 'present' && setype === undefined && substitute === undefined) {
    throw fail("sefcontext needs 'setype' or 'substitute'")
  }
  for (const [name, word] of Object.entries({ setype, seuser, selevel })) {
    if (word !== undefined && !/^(\w[\w.:,-]*|<<none>>)$/.test(word)) throw fail(`'${name}' cannot be '${word}'`)
  }
}

export const sefcontext = module<SefcontextParameters>(
  'sefcontext',
  schema as ModuleSchema,
  async function* (host, params) {
    checkParameters(host, params)
    const { target, ftype, setype, substitute, seuser, selevel, state, ignore_selinux_state } = params
    const output = await host.run(sh`
      ${ignore_selinux_state ? sh`:` : sh`[ -e /sys/fs/selinux/enforce ]`} || exit 3
      command -v semanage >/dev/null || exit 4
      semanage fcontext -l -n`)
    if (output.code !== 0) {
      const reasons: Readonly<Record<number, [string, string]>> = {
        3: ['SELinux is off on this host', 'ignore_selinux_state: true changes the stored policy'],
        4: [
          'the host has no semanage',
          'install policycoreutils-python-utils (or semanage-utils) with an earlier task',
        ],
      }
      const [message, hint] = reasons[output.code] ?? [`semanage: ${output.stderr.toString().trim()}`, undefined]
      throw new Failure('module.selinux', message, { at: host.at, hint })
    }
    const found = findRules(output.stdout.toString(), target, ftype)
    const isRule = state === 'present' && substitute === undefined
    const usual = (now: string | undefined, otherwise: string) => (isRule ? now || otherwise : null)
    for (const { command, before, after } of stepsOf(params, found)) {
      yield* change({
        what: `${state === 'absent' ? 'remove' : 'set'} the SELinux rule for ${target}`,
        diff: { before, after },
        apply: () => runOrFail(host, command),
      })
    }
    return {
      target,
      ftype,
      setype: setype ?? null,
      substitute: substitute ?? null,
      seuser: seuser ?? usual(found.rule?.user, 'system_u'),
      serange: selevel ?? usual(found.rule?.level, 's0'),
      state,
    }
  },
)

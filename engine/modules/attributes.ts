import { type Command, sequence, sh } from '../command.ts'
import type { Stat } from '../connections/connection.ts'
import { Failure } from '../failure.ts'
import { entries } from './group/database.ts'
import { checkMode, dependsOnUmask, modeFor, octal } from './mode.ts'
import { type Change, change, type Diff, type Host } from './module.ts'
import { runOrFail, tidy } from './runorfail.ts'

/** The parameters that every module which makes files shares. */
export type Attributes = {
  readonly owner?: string
  readonly group?: string
  readonly mode?: string
  readonly attributes?: string
  readonly seuser?: string
  readonly serole?: string
  readonly setype?: string
  readonly selevel?: string
}

/** Attributes with names looked up on the host; absent is left as it is. */
export type Ownership = {
  readonly uid?: number
  readonly gid?: number
  readonly owner?: string
  readonly group?: string
  readonly mode?: string
  readonly umask?: number
}

const isNumeric = (text: string): boolean => /^\d+$/.test(text)

/**
 * Looks up the ids of owner and group, in one round trip and only when `known` files do not show them already.
 * Throws a Failure for a name that the host does not know; in check mode an earlier task would have made it.
 */
export const resolveOwnership = async (host: Host, wanted: Attributes, known?: Stat): Promise<Ownership> => {
  const { owner, group, mode } = wanted
  if (mode !== undefined) checkMode(mode)
  const findUid = owner !== undefined && !isNumeric(owner) && owner !== known?.owner
  const findGid = group !== undefined && !isNumeric(group) && group !== known?.group
  const findUmask = mode !== undefined && dependsOnUmask(mode)
  let [uid, gid, umask] = ['', '', '']
  if (findUid || findGid || findUmask) {
    const output = await host.run(
      sh`id -u -- ${owner ?? ''} 2>/dev/null || echo; { ${entries('group', group ?? '', false)}; } | cut -d: -f3 | grep . || echo; umask`,
    )
    ;[uid = '', gid = '', umask = ''] = output.stdout.toString().split('\n')
  }
  const idOf = (
    kind: string,
    name: string | undefined,
    searched: boolean,
    found: string,
    shown: number | undefined,
  ) => {
    if (name === undefined) return undefined
    if (isNumeric(name)) return Number(name)
    if (!searched) return shown
    if (found !== '') return Number(found)
    if (host.check) return -1
    throw new Failure('module.attributes', `the host has no ${kind} '${name}'`, { at: host.at })
  }
  const ids = {
    uid: idOf('user', owner, findUid, uid, known?.uid),
    gid: idOf('group', group, findGid, gid, known?.gid),
  }
  return {
    ...(owner === undefined || ids.uid === undefined ? {} : { owner, uid: ids.uid }),
    ...(group === undefined || ids.gid === undefined ? {} : { group, gid: ids.gid }),
    ...(mode === undefined ? {} : { mode }),
    ...(findUmask ? { umask: Number.parseInt(umask, 8) } : {}),
  }
}

export type AttributePlan = {
  readonly command: Command
  readonly before: Readonly<Record<string, unknown>>
  readonly after: Readonly<Record<string, unknown>>
}

/** What must be done to give a file its owner, group and mode; undefined when it has them. */
export const planAttributes = (stat: Stat, wanted: Ownership): AttributePlan | undefined => {
  const commands: Command[] = []
  const before: Record<string, unknown> = {}
  const after: Record<string, unknown> = {}
  if (wanted.uid !== undefined && wanted.uid !== stat.uid) {
    commands.push(sh`chown -h -- ${wanted.uid} ${stat.path}`)
    before['owner'] = stat.uid
    after['owner'] = wanted.uid
  }
  if (wanted.gid !== undefined && wanted.gid !== stat.gid) {
    commands.push(sh`chgrp -h -- ${wanted.gid} ${stat.path}`)
    before['group'] = stat.gid
    after['group'] = wanted.gid
  }
  // Links have no permissions of their own. Changing the owner clears set-id bits, so the mode comes last.
  if (wanted.mode !== undefined && stat.type !== 'link') {
    const mode = modeFor(wanted.mode, { mode: stat.mode, directory: stat.type === 'directory' }, wanted.umask)
    if (mode !== stat.mode) {
      before['mode'] = octal(stat.mode)
      after['mode'] = octal(mode)
    }
    if (mode !== stat.mode || (commands.length > 0 && mode & 0o6000)) {
      commands.push(sh`chmod ${octal(mode)} -- ${stat.path}`)
    }
  }
  return commands.length > 0 ? { command: sequence(...commands), before, after } : undefined
}

/** A diff of two sets of properties, as sorted JSON. */
export const propertyDiff = (
  path: string,
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Diff => {
  const text = (properties: Readonly<Record<string, unknown>>) => {
    const sorted = Object.entries({ ...properties, path }).sort(([a], [b]) => (a < b ? -1 : 1))
    return `${JSON.stringify(Object.fromEntries(sorted), null, 4)}\n`
  }
  return { before: text(before), after: text(after) }
}

/**
 * Yields the changes that give the file of `stat` its owner, group, mode, chattr flags and SELinux context; returns
 * whether there were any. Nothing to do costs no round trip when names match what `stat` shows.
 */
export async function* setAttributes(
  host: Host,
  stat: Stat,
  wanted: Attributes,
): AsyncGenerator<Change, boolean, unknown> {
  const plan = planAttributes(stat, await resolveOwnership(host, wanted, stat))
  if (plan) {
    const list = Object.entries(plan.after).map(([name, value]) => `${name} ${value}`)
    yield* change({
      what: `give ${stat.path} ${list.join(', ')}`,
      diff: propertyDiff(stat.path, plan.before, plan.after),
      apply: () => runOrFail(host, plan.command, tidy),
    })
  }
  return (yield* setLabels(host, stat, wanted)) || plan !== undefined
}

/**
 * The part of `setAttributes` that no `write` does along with the content: chattr flags and SELinux context.
 * Returns whether there was something to do.
 */
export async function* setLabels(
  host: Host,
  file: Pick<Stat, 'path' | 'type'>,
  wanted: Attributes,
): AsyncGenerator<Change, boolean, unknown> {
  const steps = [await flagsChange(host, file, wanted.attributes), await contextChange(host, file, wanted)]
  const needed = steps.filter((step) => step !== undefined)
  yield* needed
  return needed.length > 0
}

/** File flags in chattr's letters: `i` and `=i` set exactly these, `+i` adds, `-i` takes away. */
const flagsChange = async (
  host: Host,
  { path, type }: Pick<Stat, 'path' | 'type'>,
  wanted: string | undefined,
): Promise<Change | undefined> => {
  if (wanted === undefined || type === 'link') return undefined
  const flags = /^([-+=]?)([A-Za-z]*)$/.exec(wanted)
  if (!flags) {
    throw new Failure('module.parameter', `'${wanted}' are no file flags`, {
      at: host.at,
      hint: "write letters of chattr after '+', '-' or '='",
    })
  }
  const [, operator, letters = ''] = flags
  const listed = await host.run(sh`lsattr -d -- ${path}`, tidy)
  const has = (listed.stdout.toString().split(' ')[0] ?? '').replaceAll('-', '')
  const isSet =
    operator === '+'
      ? [...letters].every((letter) => has.includes(letter))
      : operator === '-'
        ? ![...letters].some((letter) => has.includes(letter))
        : [...has]
            .filter((letter) => letter !== 'e')
            .sort()
            .join('') === [...letters].sort().join('')
  if (isSet) return undefined
  const request = `${operator || '='}${letters}`
  return {
    what: `set the flags ${request} of ${path}`,
    diff: propertyDiff(path, { attributes: has }, { attributes: request }),
    apply: () => runOrFail(host, sh`chattr ${request} -- ${path}`, tidy),
  }
}

/** The SELinux context, where SELinux is on; elsewhere the parameters have no meaning. */
const contextChange = async (
  host: Host,
  { path }: Pick<Stat, 'path'>,
  wanted: Attributes,
): Promise<Change | undefined> => {
  const parts = [wanted.seuser, wanted.serole, wanted.setype, wanted.selevel]
  if (parts.every((part) => part === undefined)) return undefined
  const output = await host.run(sh`[ -e /sys/fs/selinux/enforce ] || exit 0
    stat -c %C -- ${path}; matchpathcon -n -- ${path}`)
  const [context = '', policy = ''] = output.stdout.toString().split('\n')
  if (!context) return undefined
  const split = (text: string) => /^([^:]*):([^:]*):([^:]*):?(.*)$/.exec(text)?.slice(1) ?? []
  const now = split(context)
  const usual = split(policy)
  const next = parts.map((part, index) => (part === '_default' ? usual[index] : part) ?? now[index] ?? '')
  if (next.join(':') === now.join(':')) return undefined
  const text = next.filter((part, index) => index < 3 || part !== '').join(':')
  return {
    what: `set the SELinux context of ${path} to ${text}`,
    diff: propertyDiff(path, { secontext: context }, { secontext: text }),
    apply: () => runOrFail(host, sh`chcon -h -- ${text} ${path}`, tidy),
  }
}

/** What file modules return about the file they made: owner, group, mode, size and state. */
export const describe = (stat: Stat): Record<string, unknown> => ({
  uid: stat.uid,
  gid: stat.gid,
  owner: stat.owner,
  group: stat.group,
  mode: octal(stat.mode),
  size: stat.size,
  state: stat.type === 'link' || stat.type === 'directory' ? stat.type : stat.links > 1 ? 'hard' : 'file',
})

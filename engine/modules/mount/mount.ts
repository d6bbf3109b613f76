import type { MountParameters } from '../../../schema/types.ts'
import { secret, sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { change, type Host, type ModuleSchema, module, type Result, type Steps } from '../module.ts'
import { rewriteFile } from '../rewritefile.ts'
import { runOrFail } from '../runorfail.ts'
import { type Entry, findEntry, formatEntry, withEntry, withoutEntry } from './fstab.ts'
import schema from './mount.schema.json' with { type: 'json' }
import { type Mounted, mountedAt, parseMounts } from './mounted.ts'

type Situation = {
  readonly fstab: string
  /** Text of fstab; undefined when there is none. */
  readonly text: string | undefined
  readonly mounted: Mounted | undefined
  readonly hasDirectory: boolean
  /** Within an image nothing is mounted: it would be packed into it, or hold its tree. */
  readonly isImage: boolean
}

const look = async (host: Host, { path, fstab = '/etc/fstab' }: MountParameters): Promise<Situation> => {
  const output = await host.run(
    sh`cat /proc/self/mountinfo; echo; [ -e ${path} ] && echo there || echo absent; [ -f ${fstab} ] && cat -- ${fstab}`,
  )
  const [mounts = '', rest = ''] = output.stdout.toString().split(/\n\n([\s\S]*)/)
  const [there = '', ...lines] = rest.split('\n')
  return {
    fstab,
    text: output.code === 0 ? lines.join('\n') : undefined,
    mounted: mountedAt(parseMounts(mounts), path),
    hasDirectory: there === 'there',
    isImage: (await host.fact('is_chroot')) === true,
  }
}

/** The entry that a task describes. Throws a Failure when its source or type is missing. */
const entryOf = (host: Host, params: MountParameters): Entry => {
  const { path, src, fstype, state, boot, dump, passno } = params
  if (!src || !fstype) {
    throw new Failure('module.parameter', `mount needs 'src' and 'fstype' for the state ${state}`, { at: host.at })
  }
  const opts = params.opts || 'defaults'
  const isAutomatic = boot || opts.split(',').includes('noauto')
  return { src, path, fstype, opts: isAutomatic ? opts : `${opts},noauto`, dump, passno }
}

/** What to call mount with: the place alone when fstab of the host says the rest. */
const mountCommand = ({ path, src, fstype, opts }: Entry, fstab: string | undefined) =>
  fstab === '/etc/fstab' ? sh`mount -- ${path}` : sh`mount -t ${fstype} -o ${secret(opts)} -- ${src} ${path}`

async function* mounting(host: Host, entry: Entry, situation: Situation, fstab: string | undefined): Steps {
  const { path } = entry
  if (!situation.hasDirectory && path.startsWith('/')) {
    yield* change({ what: `make the directory ${path}`, apply: () => runOrFail(host, sh`mkdir -p -- ${path}`) })
  }
  if (situation.isImage && fstab !== undefined) return {}
  yield* change({ what: `mount ${path}`, apply: () => runOrFail(host, mountCommand(entry, fstab)) })
  return {}
}

const isOther = (former: Entry | undefined, entry: Entry): boolean =>
  former !== undefined && (former.src !== entry.src || former.fstype !== entry.fstype)

/** In fstab and mounted, by the options and from the source that fstab gives now. */
async function* keepMounted(host: Host, params: MountParameters, situation: Situation): Steps {
  const entry = entryOf(host, params)
  const { fstab, text, mounted, isImage, hasDirectory } = situation
  const former = findEntry(text ?? '', entry)
  const backup = yield* writeEntry(host, params, situation, entry)
  const { path } = entry
  if (!mounted || !hasDirectory) return { ...backup, ...(yield* mounting(host, entry, situation, fstab)) }
  if (isImage || !former || formatEntry(former) === formatEntry(entry)) return backup
  yield* change({
    what: `mount ${path} anew`,
    apply: () =>
      runOrFail(
        host,
        isOther(former, entry)
          ? sh`umount -- ${path} && ${mountCommand(entry, fstab)}`
          : sh`mount -o ${secret(`remount,${entry.opts}`)} -- ${path} || { umount -- ${path} && ${mountCommand(entry, fstab)}; }`,
      ),
  })
  return backup
}

const hidden = ({ opts, opts_no_log }: MountParameters) => (opts_no_log ? opts : undefined)

async function* writeEntry(host: Host, params: MountParameters, { fstab, text }: Situation, entry: Entry): Steps {
  const after = withEntry(text ?? '', entry)
  return yield* rewriteFile(host, { path: fstab, before: text, after, backup: params.backup, hide: hidden(params) })
}

async function* removeEntry(host: Host, params: MountParameters, { fstab, text }: Situation): Steps {
  if (text === undefined) return {}
  const after = withoutEntry(text, { path: params.path, src: params.src ?? '' })
  return yield* rewriteFile(host, { path: fstab, before: text, after, backup: params.backup, hide: hidden(params) })
}

async function* unmounting(host: Host, { path }: MountParameters, { mounted }: Situation): Steps {
  if (mounted) yield* change({ what: `unmount ${path}`, apply: () => runOrFail(host, sh`umount -- ${path}`) })
  return {}
}

async function* steps(host: Host, params: MountParameters, situation: Situation): Steps {
  const { path, state } = params
  switch (state) {
    case 'present':
      return yield* writeEntry(host, params, situation, entryOf(host, params))
    case 'absent_from_fstab':
      return yield* removeEntry(host, params, situation)
    case 'unmounted':
      return yield* unmounting(host, params, situation)
    case 'absent': {
      const backup = yield* removeEntry(host, params, situation)
      yield* unmounting(host, params, situation)
      if (situation.hasDirectory && path.startsWith('/')) {
        yield* change({
          what: `remove the mount point ${path}`,
          apply: () => runOrFail(host, sh`rmdir -- ${path}`),
        })
      }
      return backup
    }
    case 'remounted': {
      if (situation.isImage) return {}
      if (!situation.mounted) {
        throw new Failure('module.mount', `${path} is not mounted, so it cannot be mounted anew`, { at: host.at })
      }
      const opts = params.opts ? `remount,${params.opts}` : 'remount'
      yield* change({
        what: `mount ${path} anew`,
        apply: () => runOrFail(host, sh`mount -o ${opts} -- ${path} || { umount -- ${path} && mount -- ${path}; }`),
      })
      return {}
    }
    case 'ephemeral': {
      const entry = entryOf(host, params)
      const { mounted } = situation
      if (!mounted) return yield* mounting(host, entry, situation, undefined)
      // Of a bind mount nothing tells which directory it came from.
      if (mounted.source === entry.src || mounted.root !== '/') return {}
      throw new Failure('module.mount', `${path} is in use: ${mounted.source} is mounted there`, {
        at: host.at,
        hint: 'unmount it first (state: unmounted), or choose another mount point',
      })
    }
    case 'mounted':
      return yield* keepMounted(host, params, situation)
  }
}

export const mount = module<MountParameters>('mount', schema as ModuleSchema, async function* (host, params) {
  const situation = await look(host, params)
  const own: Result = yield* steps(host, params, situation)
  const { path, src, fstype, dump, passno, boot } = params
  const opts = params.opts_no_log ? '***' : params.opts || 'defaults'
  const mentioned = {
    name: path,
    path,
    src,
    fstype,
    opts,
    dump,
    passno,
    boot: boot ? 'yes' : 'no',
    fstab: situation.fstab,
  }
  const isSkipped = situation.isImage && ['mounted', 'remounted'].includes(params.state)
  return {
    ...Object.fromEntries(Object.entries(mentioned).filter(([, value]) => value !== undefined)),
    ...(isSkipped ? { msg: 'skipped mount: an image is only told in its fstab what to mount' } : {}),
    ...own,
  }
})

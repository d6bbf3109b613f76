import type { SwapParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { type Content, checkDevice, noDevice, readContents } from '../blockdevice.ts'
import { type Change, change, type Host, type ModuleSchema, module, type Steps } from '../module.ts'
import { findEntry, parseEntry, withEntry, withoutEntry } from '../mount/fstab.ts'
import { rewriteFile } from '../rewritefile.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './swap.schema.json' with { type: 'json' }
import { parseSwaps, sizeOf } from './swaps.ts'

type Situation = {
  readonly kind: 'device' | 'file' | 'nothing'
  /** Bytes of the file. */
  readonly size: number
  readonly content: Content | undefined
  /** Priority of the area that is in use; undefined when it is not. */
  readonly priority: number | undefined
  readonly fstab: string | undefined
}

const look = async (host: Host, { path, fstab }: SwapParameters, isImage: boolean): Promise<Situation> => {
  const output = await host.run(sh`
    if [ -b ${path} ]; then echo 'device 0'; elif [ -f ${path} ]; then stat -L -c 'file %s' -- ${path}; else echo 'nothing 0'; fi
    readlink -f -- ${path} || echo
    cat /proc/swaps; printf '\\0'; [ -f ${fstab} ] && cat -- ${fstab}`)
  const [head = '', text = ''] = output.stdout.toString().split('\0')
  const [first = '', real = '', ...swaps] = head.split('\n')
  const [kind, size] = first.split(' ')
  const { contents } = await readContents(host, [path])
  return {
    kind: kind as Situation['kind'],
    size: Number(size),
    content: contents.get(path),
    // The areas in use are those of the machine that builds an image.
    priority: isImage ? undefined : parseSwaps(swaps.join('\n')).get(real),
    fstab: output.code === 0 ? text : undefined,
  }
}

/** Options of swapon and of fstab. */
const optionsOf = ({ priority, discard }: SwapParameters): string =>
  ['sw', ...(priority === undefined ? [] : [`pri=${priority}`]), ...(discard ? ['discard'] : [])].join(',')

/** How fstab names the area: as the task does, unless it has it by what the area is called. */
const sourceIn = (fstab: string, path: string, content: Content | undefined): string => {
  const names = [
    ...(content?.uuid ? [`UUID=${content.uuid}`] : []),
    ...(content?.label ? [`LABEL=${content.label}`] : []),
  ]
  const sources = fstab.split('\n').map((line) => parseEntry(line))
  return names.find((name) => sources.some((entry) => entry?.fstype === 'swap' && entry.src === name)) ?? path
}

/** The places that fstab gives to swap areas, which have none. */
const nowhere = ['none', 'swap']

const withoutArea = (text: string, src: string): string =>
  nowhere.reduce((rest, path) => withoutEntry(rest, { path, src }), text)

const withArea = (text: string, params: SwapParameters, src: string): string => {
  const path = nowhere.find((place) => findEntry(text, { path: place, src })) ?? 'none'
  return withEntry(text, { src, path, fstype: 'swap', opts: optionsOf(params), dump: '0', passno: '0' })
}

/** Yields what makes the area: the file of the wanted size, and its signature. Returns whether it is made anew. */
async function* make(
  host: Host,
  params: SwapParameters,
  situation: Situation,
): AsyncGenerator<Change, boolean, unknown> {
  const { path, label, force } = params
  const { kind, content, size } = situation
  const bytes = params.size === undefined ? undefined : sizeOf(params.size)
  const mkswap = sh`mkswap ${label === undefined ? [] : ['-L', label]} ${force ? ['-f'] : []} -- ${path}`
  if (kind === 'device') {
    if (content?.type === 'swap') return false
    if (content && !force) {
      throw new Failure('module.device', `${path} holds ${content.type}`, {
        at: host.at,
        hint: 'what it holds is lost with force: true',
      })
    }
    yield* change({ what: `make a swap area on ${path}`, apply: () => runOrFail(host, mkswap) })
    return true
  }
  if (kind === 'file' && content?.type === 'swap' && (bytes === undefined || bytes === size)) return false
  if (bytes === undefined) {
    if (kind === 'nothing' && path.startsWith('/dev/')) throw noDevice(host, path)
    throw new Failure('module.parameter', `swap needs 'size' to make the file ${path}`, { at: host.at })
  }
  if (kind === 'file' && content?.type !== 'swap' && size > 0 && !force) {
    throw new Failure('module.device', `${path} is a file that holds no swap area`, {
      at: host.at,
      hint: 'what it holds is lost with force: true',
    })
  }
  if (situation.priority !== undefined) {
    yield* change({ what: `stop to use ${path}`, apply: () => runOrFail(host, sh`swapoff -- ${path}`) })
  }
  yield* change({
    what: `make the swap file ${path} of ${bytes} bytes`,
    apply: () =>
      runOrFail(
        host,
        // A file with holes, or copied on write (btrfs), cannot be swapped to.
        sh`umask 077; rm -f -- ${path}; : >${path} && { chattr +C ${path} 2>/dev/null; fallocate -l ${bytes} -- ${path} 2>/dev/null || head -c ${bytes} /dev/zero >${path}; } && ${mkswap} || { rm -f -- ${path}; exit 1; }`,
      ),
  })
  return true
}

async function* present(host: Host, params: SwapParameters, situation: Situation, isImage: boolean): Steps {
  const { path, priority, discard, boot, fstab } = params
  let isUsed = situation.priority !== undefined
  if (!isImage) {
    if (yield* make(host, params, situation)) isUsed = false
    // A priority can only be given when use begins.
    if (isUsed && priority !== undefined && priority !== situation.priority) {
      yield* change({ what: `stop to use ${path}`, apply: () => runOrFail(host, sh`swapoff -- ${path}`) })
      isUsed = false
    }
    if (!isUsed) {
      const options = [...(priority === undefined ? [] : ['-p', String(priority)]), ...(discard ? ['-d'] : [])]
      yield* change({ what: `use ${path}`, apply: () => runOrFail(host, sh`swapon ${options} -- ${path}`) })
    }
  }
  const before = situation.fstab
  const src = sourceIn(before ?? '', path, situation.content)
  const after = boot ? withArea(before ?? '', params, src) : withoutArea(before ?? '', src)
  if (before !== undefined || boot) yield* rewriteFile(host, { path: fstab, before, after })
  return {}
}

async function* absent(host: Host, { path, fstab }: SwapParameters, situation: Situation): Steps {
  const { kind, content, priority, fstab: before } = situation
  if (kind === 'file' && content?.type !== 'swap') {
    throw new Failure('module.device', `${path} is a file that holds no swap area`, {
      at: host.at,
      hint: 'remove it with the module file, if that is meant',
    })
  }
  if (priority !== undefined) {
    yield* change({ what: `stop to use ${path}`, apply: () => runOrFail(host, sh`swapoff -- ${path}`) })
  }
  if (before !== undefined) {
    yield* rewriteFile(host, { path: fstab, before, after: withoutArea(before, sourceIn(before, path, content)) })
  }
  if (kind === 'file') yield* change({ what: `remove ${path}`, apply: () => runOrFail(host, sh`rm -- ${path}`) })
  return {}
}

export const swap = module<SwapParameters>('swap', schema as ModuleSchema, async function* (host, params) {
  const { path, size, priority, state } = params
  checkDevice(host, 'path', path)
  if (size !== undefined && sizeOf(size) === undefined) {
    throw new Failure('module.parameter', `swap: 'size' is no size: ${size}`, { at: host.at, hint: "such as '4G'" })
  }
  if (priority !== undefined && (priority < 0 || priority > 32767)) {
    throw new Failure('module.parameter', `swap: 'priority' must be 0 to 32767: ${priority}`, { at: host.at })
  }
  // Within an image nothing is swapped to: it would be packed into it.
  const isImage = (await host.fact('is_chroot')) === true
  const situation = await look(host, params, isImage)
  if (state === 'present') yield* present(host, params, situation, isImage)
  else yield* absent(host, params, situation)
  return { path, state, ...(isImage ? { msg: 'skipped swapon: an image is only told in its fstab what to use' } : {}) }
})

import { posix } from 'node:path'
import type { FileParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import type { Stat } from '../../connections/connection.ts'
import { Failure } from '../../failure.ts'
import { type Attributes, describe, propertyDiff, setAttributes } from '../attributes.ts'
import { type Change, change, type Host, type Steps } from '../module.ts'
import { runOrFail } from '../runorfail.ts'

/** The parameters of a symbolic link. */
export type LinkParameters = Pick<FileParameters, 'path' | 'src' | 'force' | 'follow'> & Attributes

const kindOf = ({ type, links }: Stat): string => (type === 'file' && links > 1 ? 'hard link' : type)

/** Refuses to put a link in the place of something else, unless the task forces it; never removes a filled directory. */
const checkPlace = async (host: Host, { path, force }: LinkParameters, old: Stat | undefined): Promise<void> => {
  if (!old || old.type === 'link') return
  if (!force) {
    throw new Failure('module.file', `${path} is a ${kindOf(old)}, not a link`, {
      hint: 'remove it first with state=absent, or set force: true',
    })
  }
  if (old.type !== 'directory') return
  const content = await runOrFail(host, sh`ls -A -- ${path}`)
  if (content.trim() === '') return
  throw new Failure('module.file', `the directory ${path} is not empty and is not replaced by a link`, {
    hint: 'remove it first with state=absent',
  })
}

/** The change that makes a link in one step: under another name, then renamed to its place. */
async function* makeLink(
  host: Host,
  { path }: LinkParameters,
  old: Stat | undefined,
  src: string,
  kind: 'link' | 'hard',
): AsyncGenerator<Change, void, unknown> {
  const state = old ? describe(old)['state'] : 'absent'
  const isMoved = old?.target !== undefined && kind === 'link'
  yield* change({
    what: `make the ${kind === 'hard' ? 'hard ' : ''}link ${path} to ${src}`,
    diff: isMoved ? propertyDiff(path, { src: old.target }, { src }) : propertyDiff(path, { state }, { state: kind }),
    apply: () =>
      runOrFail(
        host,
        sh`new=${path}.$$.link
           [ ! -d ${path} ] || [ -L ${path} ] || rmdir -- ${path} || exit
           ln ${kind === 'link' ? '-sfn' : '-fn'} -- ${src} "$new" && mv -fT -- "$new" ${path}`,
      ),
  })
}

/** A symbolic link that points to `src`; without `src`, an existing link and its attributes. */
export async function* ensureLink(host: Host, params: LinkParameters, old: Stat | undefined): Steps {
  const { path, src, force, follow } = params
  if (src === undefined && old?.type !== 'link') {
    throw new Failure('module.parameter', `a link needs 'src', as ${path} is no link yet`)
  }
  const target = src ?? old?.target ?? ''
  const place = posix.isAbsolute(target) ? target : posix.join(posix.dirname(path), target)
  if (old?.type !== 'link' || old.target !== target) {
    await checkPlace(host, params, old)
    if (!force && !(await host.stat(place))) {
      throw new Failure('module.file', `${place} is not there, to which ${path} is to point`, {
        hint: 'set force: true to make the link all the same',
      })
    }
    yield* makeLink(host, params, old, target, 'link')
  }
  const subject = follow
    ? await host.stat(place, { follow: true })
    : host.check && !old
      ? undefined
      : await host.stat(path)
  if (subject) yield* setAttributes(host, follow ? { ...subject, path: place } : subject, params)
  const now = host.check ? old : await host.stat(path)
  return { dest: path, src: target, ...(now ? describe(now) : { state: 'link' }) }
}

/** A hard link to the file `src`. */
export async function* ensureHardLink(host: Host, params: FileParameters, old: Stat | undefined): Steps {
  const { path, src = '' } = params
  if (!posix.isAbsolute(src))
    throw new Failure('module.parameter', `'src' of a hard link must be absolute, not '${src}'`)
  const source = await host.stat(src)
  if (!source) throw new Failure('module.file', `${src} is not there, to which ${path} is to be linked`)
  const isLinked = old !== undefined && old.inode === source.inode && old.device === source.device
  if (!isLinked) {
    await checkPlace(host, params, old)
    yield* makeLink(host, params, old, src, 'hard')
  }
  yield* setAttributes(host, { ...source, path: host.check ? src : path }, params)
  const now = host.check ? old : await host.stat(path)
  return { dest: path, src, ...(now ? describe(now) : { state: 'hard' }) }
}

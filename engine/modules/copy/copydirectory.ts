import { basename, posix } from 'node:path'
import type { CopyParameters } from '../../../schema/types.ts'
import type { Stat } from '../../connections/connection.ts'
import { setAttributes } from '../attributes.ts'
import { statAll } from '../listing.ts'
import { makeDirectories, missingAbove } from '../makedirectories.ts'
import { octal } from '../mode.ts'
import type { Change, Host, Result } from '../module.ts'
import { replaceFile } from '../replacefile.ts'
import { copyLinks } from './copylinks.ts'
import { sha1Of, sourceOf } from './source.ts'

/** A file of the source on the controller, and what its place on the host holds. */
async function* copyOne(host: Host, params: CopyParameters, from: string, path: string, old: Stat | undefined) {
  const content = await sourceOf(host, from, params.decrypt)
  const preserved = params.mode === 'preserve' ? octal((await host.controller.stat(from))?.mode ?? 0o644) : params.mode
  const attributes = preserved === undefined ? params : { ...params, mode: preserved }
  if (old && !params.force) return
  if (old?.checksum === sha1Of(content)) {
    yield* setAttributes(host, old, attributes)
    return
  }
  const { backup, validate } = params
  yield* replaceFile(host, { path, content, old: old?.type === 'file' ? old : undefined, attributes, backup, validate })
}

/**
 * Copies a directory of the controller: what it holds when `contentOnly`, else the directory itself below `dest`.
 * One round trip tells what the host has of it.
 */
export async function* copyDirectory(
  host: Host,
  params: CopyParameters,
  source: string,
  contentOnly: boolean,
): AsyncGenerator<Change, Result, unknown> {
  const listed = await host.controller.list(source, params.local_follow)
  const root = contentOnly ? params.dest.replace(/(.)\/+$/, '$1') : posix.join(params.dest, basename(source))
  const placeOf = (name: string) => posix.join(root, name).replace(/\/$/, '')
  const links = listed.flatMap(({ name, target }) => (target === undefined ? [] : [{ path: placeOf(name), target }]))
  const names = listed.flatMap(({ name, target }) => (target === undefined ? [name] : []))
  const known = await statAll(host, [root, ...names.map(placeOf)], { follow: params.follow, checksum: true })

  const directories = names.filter((name) => name.endsWith('/')).map(placeOf)
  const { mode, directory_mode, ...ownership } = params
  const attributes = directory_mode === undefined ? ownership : { ...ownership, mode: directory_mode }
  const above = known.has(root) ? [] : await missingAbove(host, root)
  const missing = [root, ...directories].filter((path) => !known.has(path))
  yield* makeDirectories(host, [...above, ...missing], attributes)
  for (const path of directories) {
    const old = known.get(path)
    if (old) yield* setAttributes(host, old, attributes)
  }
  for (const name of names.filter((name) => !name.endsWith('/'))) {
    const path = placeOf(name)
    yield* copyOne(host, params, posix.join(source, name), path, known.get(path))
  }
  yield* copyLinks(host, params, links)
  return { dest: params.dest.replace(/\/*$/, '/') }
}

import type { ArchiveParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { describe, setAttributes } from '../attributes.ts'
import { type Change, change, type Host, type ModuleSchema, module, type Result } from '../module.ts'
import { statAfter } from '../paths.ts'
import { replaceFile } from '../replacefile.ts'
import { runOrFail } from '../runorfail.ts'
import { stepsWithTemporary } from '../temporary.ts'
import schema from './archive.schema.json' with { type: 'json' }
import { pack } from './pack.ts'
import { findSources, type Sources } from './sources.ts'

const destinationOf = (host: Host, { dest, path, format }: ArchiveParameters, sources: Sources): string => {
  if (dest !== undefined) return dest
  if (sources.isSingle) return `${sources.paths[0]}.${format}`
  throw new Failure('module.parameter', "archive needs 'dest' for several files or a directory", {
    at: host.at,
    hint: `where shall ${path.join(', ')} be packed?`,
  })
}

/** Writes the archive if it is not there as it would be; an archive without sources stays. */
async function* write(
  host: Host,
  params: ArchiveParameters,
  sources: Sources,
  dest: string,
): AsyncGenerator<Change, void, unknown> {
  const old = await host.stat(dest, { follow: true })
  if (old && old.type !== 'file') {
    throw new Failure('module.file', `${dest} is a ${old.type}, not a file`, { at: host.at })
  }
  if (sources.paths.length === sources.missing.length) return
  const { directory, path } = await pack(host, params, sources, dest)
  yield* stepsWithTemporary(host, directory, async function* () {
    if (path === undefined) {
      if (old) yield* setAttributes(host, old, params)
      return
    }
    const size = (await host.stat(path))?.size ?? 0
    yield* replaceFile(host, { path: dest, content: { path, size }, old, attributes: params })
  })
}

export const archive = module<ArchiveParameters>('archive', schema as ModuleSchema, async function* (host, params) {
  const { format, remove } = params
  const sources = await findSources(host, params)
  const dest = destinationOf(host, params, sources)
  const { paths, missing, members, isSingle } = sources
  const inside = paths.find((path) => dest.startsWith(`${path.replace(/\/+$/, '')}/`))
  if (remove && inside !== undefined) {
    throw new Failure('module.parameter', `${dest} would be removed with ${inside}`, {
      at: host.at,
      hint: "put 'dest' elsewhere, or set remove: false",
    })
  }
  yield* write(host, params, sources, dest)
  const gone = paths.filter((path) => !missing.includes(path))
  if (remove && gone.length > 0) {
    yield* change({ what: `remove ${gone.join(', ')}`, apply: () => runOrFail(host, sh`rm -rf -- ${gone}`) })
  }
  const stat = await statAfter(host, dest, undefined)
  const isCompressed = isSingle && format !== 'zip' && format !== 'tar'
  const packed = missing.length > 0 ? 'incomplete' : isCompressed ? 'compress' : 'archive'
  const result: Result = {
    archived: members.map(({ path }) => path),
    dest,
    dest_state: gone.length > 0 ? packed : stat ? 'archive' : 'absent',
    arcroot: sources.root,
    missing: [...missing],
    expanded_paths: [...sources.expanded],
    expanded_exclude_paths: [...sources.excluded],
    ...(stat ? describe(stat) : {}),
  }
  return result
})

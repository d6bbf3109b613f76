import { posix } from 'node:path'
import type { GetUrlParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import type { Stat } from '../../connections/connection.ts'
import { shownUrl } from '../../curl.ts'
import { Failure } from '../../failure.ts'
import { describe, setAttributes } from '../attributes.ts'
import { contentDiff } from '../contentdiff.ts'
import { change, type Host, type ModuleSchema, module, type Steps } from '../module.ts'
import { statAfter } from '../paths.ts'
import { replaceFile } from '../replacefile.ts'
import { stopwatch } from '../stopwatch.ts'
import { stepsWithTemporary } from '../temporary.ts'
import { type Checksum, readChecksum } from './checksum.ts'
import { type Downloaded, download } from './download.ts'
import schema from './get_url.schema.json' with { type: 'json' }

const nameIn = (url: string): string => decodeURIComponent(posix.basename(url.replace(/[?#].*$/s, ''))) || 'index.html'

const hasDigest = async (host: Host, path: string, { algorithm, digest }: Checksum): Promise<boolean> =>
  (await host.run(sh`${[`${algorithm}sum`]} -- ${path}`)).stdout.toString().replace(/^\\/, '').startsWith(digest)

/** Puts what was loaded in its place when it differs from what is there. */
async function* place(
  host: Host,
  params: GetUrlParameters,
  loaded: Downloaded,
  dest: string,
  old: Stat | undefined,
): Steps {
  if (old && old.checksum === loaded.sha1) yield* setAttributes(host, old, params)
  else {
    const { backup } = params
    const replaced = yield* replaceFile(host, { path: dest, content: loaded, old, attributes: params, backup })
    const now = replaced.stat ?? (await statAfter(host, dest, old))
    return {
      checksum_src: loaded.sha1,
      checksum_dest: old?.checksum ?? null,
      ...replaced.told,
      ...(now ? describe(now) : {}),
    }
  }
  return { checksum_src: loaded.sha1, checksum_dest: old.checksum, ...describe(await statAfter(host, dest, old)) }
}

export const get_url = module<GetUrlParameters>('get_url', schema as ModuleSchema, async function* (host, params) {
  const { dest, force, tmp_dest } = params
  const url = shownUrl(params.url)
  const elapsed = stopwatch()
  const given = await host.stat(dest, { follow: true, checksum: 'sha1' })
  const isDirectory = given?.type === 'directory' || dest.endsWith('/')
  const usual = isDirectory ? posix.join(dest, nameIn(params.url)) : dest
  const there = isDirectory ? await host.stat(usual, { follow: true, checksum: 'sha1' }) : given
  const checksum =
    params.checksum === undefined ? undefined : await readChecksum(host, params.checksum, params, nameIn(params.url))
  const told = () => ({ url, dest: usual, elapsed: elapsed() })

  if (there && checksum && !force && (await hasDigest(host, usual, checksum))) {
    yield* setAttributes(host, there, params)
    return { ...told(), msg: 'file already exists', ...describe(await statAfter(host, usual, there)) }
  }
  if (host.check && !there) {
    yield* change({
      what: `download ${url} to ${usual}`,
      diff: contentDiff(usual, undefined, undefined),
      apply: async () => {},
    })
    return told()
  }
  const loaded = await download(host, {
    client: params,
    directory: tmp_dest,
    since: there && !force && !checksum ? there.modified : undefined,
    algorithm: checksum?.algorithm ?? 'sha1',
  })
  return yield* stepsWithTemporary(host, loaded.path, async function* (): Steps {
    const { status, size } = loaded
    if (status === 304 && there) {
      yield* setAttributes(host, there, params)
      return { ...told(), status_code: 304, msg: 'HTTP Error 304: Not Modified', ...describe(there) }
    }
    if (status >= 400 || status < 200) {
      return { ...told(), failed: true, msg: `cannot get ${url}: the server answers ${status}`, status_code: status }
    }
    if (checksum && loaded.digest !== checksum.digest) {
      throw new Failure(
        'module.checksum',
        `${url} has the ${checksum.algorithm} ${loaded.digest}, not ${checksum.digest}`,
        {
          at: host.at,
          hint: 'the file is not what the playbook expects: nothing was changed',
        },
      )
    }
    const path = isDirectory && loaded.name !== undefined ? posix.join(dest, loaded.name) : usual
    const old = path === usual ? there : await host.stat(path, { follow: true, checksum: 'sha1' })
    const placed = yield* place(host, params, loaded, path, old)
    return { ...told(), dest: path, status_code: status, msg: `OK (${size} bytes)`, ...placed }
  })
})

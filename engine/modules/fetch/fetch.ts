import { createHash } from 'node:crypto'
import { isAbsolute, join, posix } from 'node:path'
import type { FetchParameters } from '../../../schema/types.ts'
import { Failure } from '../../failure.ts'
import { contentDiff } from '../contentdiff.ts'
import { change, type Host, type ModuleSchema, module } from '../module.ts'
import schema from './fetch.schema.json' with { type: 'json' }

/** Where on the controller the file comes to; a relative path begins at the playbook. */
const placeOf = async (host: Host, { src, dest, flat }: FetchParameters): Promise<string> => {
  const base = host.controller.scope.get('playbook_dir')
  const root = isAbsolute(dest) || typeof base !== 'string' ? dest : `${base}/${dest}`
  if (!flat) return join(root, host.name, posix.normalize(src))
  if (root.endsWith('/')) return join(root, posix.basename(src))
  if ((await host.controller.stat(root))?.type !== 'directory') return root
  throw new Failure('module.file', `${dest} is a directory on the controller`, {
    hint: `write '${dest}/' to fetch the file into it`,
  })
}

const digest = (kind: 'sha1' | 'md5', content: Buffer) => createHash(kind).update(content).digest('hex')

export const fetch = module<FetchParameters>('fetch', schema as ModuleSchema, async function* (host, params) {
  const { src, fail_on_missing } = params
  const stat = await host.stat(src, { follow: true, checksum: 'sha1' })
  if (stat?.type !== 'file') {
    const message = stat ? `${src} is a ${stat.type}, not a file` : `${src} is not there`
    if (fail_on_missing) throw new Failure('module.file', message, { hint: 'or set fail_on_missing: false' })
    return { changed: false, file: src, msg: `${message}: not fetched` }
  }
  const dest = await placeOf(host, params)
  const old = (await host.controller.stat(dest)) ? await host.controller.read(dest) : undefined
  const checksum = stat.checksum ?? ''
  if (old && digest('sha1', old) === checksum) return { file: src, dest, checksum, md5sum: digest('md5', old) }
  const content = host.check && !host.diff ? undefined : await host.read(src)
  yield* change({
    what: `fetch ${src} to ${dest}`,
    diff: contentDiff(dest, old, content),
    apply: async () => {
      if (!content) return
      if (params.validate_checksum && digest('sha1', content) !== checksum) {
        throw new Failure('module.checksum', `${src} changed while it was fetched`, { hint: 'try again' })
      }
      await host.controller.write(dest, content)
    },
  })
  const md5sum = content ? digest('md5', content) : ''
  return { file: src, dest, checksum, remote_checksum: checksum, md5sum, remote_md5sum: null }
})

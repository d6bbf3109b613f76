import type { UnarchiveParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { download } from '../get_url/download.ts'
import type { Host } from '../module.ts'
import { runOrFail } from '../runorfail.ts'
import { withTemporary } from '../temporary.ts'

export type Obtained = {
  readonly path: string
  /** Whoever asked removes it. */
  readonly isTemporary: boolean
  /** What is still to be written there. */
  readonly content?: Buffer
}

const load = async (host: Host, { src, validate_certs }: UnarchiveParameters): Promise<Obtained> => {
  const client = {
    url: src,
    force_basic_auth: false,
    validate_certs,
    use_proxy: true,
    http_agent: 'prelude',
    timeout: 30,
  }
  const { path, status } = await download(host, { client, directory: undefined, since: undefined, algorithm: 'sha1' })
  if (status < 300) return { path, isTemporary: true }
  return withTemporary(host, path, async () => {
    throw new Failure('module.download', `cannot get ${src}: the server answers ${status}`, { at: host.at })
  })
}

/** Finds a place on the host for the archive when it is not there: it comes from an address, or from the controller. */
export const obtain = async (host: Host, params: UnarchiveParameters): Promise<Obtained> => {
  const { src } = params
  if (params.copy === false || params.remote_src) {
    if (/^\w+:\/\//.test(src)) return load(host, params)
    if ((await host.stat(src, { follow: true }))?.type === 'file') return { path: src, isTemporary: false }
    throw new Failure('module.file', `there is no archive ${src} on the host`, {
      at: host.at,
      hint: 'without remote_src it is looked for on the controller',
    })
  }
  const content = await host.controller.read(await host.controller.find('files', src), params.decrypt)
  const path = (await runOrFail(host, sh`mktemp`)).trimEnd()
  return { path, isTemporary: true, content }
}

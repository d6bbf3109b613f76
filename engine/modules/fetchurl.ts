import { shownUrl } from '../curl.ts'
import { Failure } from '../failure.ts'
import { download } from './get_url/download.ts'
import type { Host } from './module.ts'
import { withTemporary } from './temporary.ts'

/** Whether a parameter is an address to load something from. */
export const isUrl = (text: string): boolean => /^(https?|ftp|file):\/\//.test(text)

/** What the host gets from an address; small things, such as keys. Throws a Failure for any answer but success. */
export const fetchUrl = async (host: Host, url: string, validateCerts: boolean): Promise<Buffer> => {
  const loaded = await download(host, {
    client: {
      url,
      validate_certs: validateCerts,
      force_basic_auth: false,
      use_proxy: true,
      http_agent: 'ansible-httpget',
      timeout: 30,
    },
    directory: undefined,
    since: undefined,
    algorithm: 'sha1',
  })
  return withTemporary(host, loaded.path, async () => {
    if (loaded.status >= 400) {
      throw new Failure('module.download', `cannot get ${shownUrl(url)}: the server answers ${loaded.status}`, {
        at: host.at,
      })
    }
    return host.read(loaded.path)
  })
}

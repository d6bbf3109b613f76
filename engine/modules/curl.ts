import { secret, sh } from '../command.ts'
import type { Output } from '../connections/connection.ts'
import { type CurlOptions, curlConfiguration } from '../curl.ts'
import type { Host } from './module.ts'

/**
 * Runs curl with `body` in its input, which the option `data-binary = "@-"` reads. Its configuration is a variable of the
 * shell, which reads it in its own input: no argument list, environment or file holds it.
 */
export const curl = (host: Host, options: CurlOptions, body: Buffer = Buffer.alloc(0)): Promise<Output> =>
  host.run(
    sh`command -v curl >/dev/null || { echo 'curl is not installed' >&2; exit 127; }
configuration=${secret(curlConfiguration(options))}
curl --config /dev/fd/3 3<<END
$configuration
END`,
    { stdin: body },
  )

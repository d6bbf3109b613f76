import { sh } from '../command.ts'
import type { Output } from '../connections/connection.ts'
import { type CurlOptions, curlConfiguration } from '../curl.ts'
import type { Host } from './module.ts'

/** Runs curl with a configuration in its input; `body` follows there and is what the option `data-binary = "@-"` reads. */
export const curl = (host: Host, options: CurlOptions, body: Buffer = Buffer.alloc(0)): Promise<Output> => {
  const configuration = Buffer.from(curlConfiguration(options))
  return host.run(
    sh`command -v curl >/dev/null || { echo 'curl is not installed' >&2; exit 127; }
configuration=$(head -c ${configuration.length}; echo .)
curl --config /dev/fd/3 3<<END
\${configuration%.}
END`,
    { stdin: Buffer.concat([configuration, body]) },
  )
}

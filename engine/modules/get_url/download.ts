import { fileURLToPath } from 'node:url'
import { type Command, secret, sh } from '../../command.ts'
import { type Client, clientOptions, curlConfiguration, headerLines, shownUrl } from '../../curl.ts'
import { Failure } from '../../failure.ts'
import type { Host } from '../module.ts'
import { busyboxWget } from './busyboxwget.ts'

export type Downloading = {
  readonly client: Client
  /** Directory for the file; the host's usual one when absent. */
  readonly directory: string | undefined
  /** Asks only for what is newer: seconds since 1970. */
  readonly since: number | undefined
  readonly algorithm: string
}

export type Downloaded = {
  /** The file on the host; whoever asked removes it. */
  readonly path: string
  readonly size: number
  /** HTTP status; 200 where the protocol has none. */
  readonly status: number
  readonly sha1: string
  /** Digest by the wanted algorithm. */
  readonly digest: string
  /** What the client said. */
  readonly said: string
  /** Name that the server gives the file. */
  readonly name?: string
}

const fileOf = (url: string): string | undefined => (url.startsWith('file:') ? fileURLToPath(url) : undefined)

const wgetConfiguration = (client: Client): string => {
  const lines = [
    ['tries', 1],
    ['timeout', client.timeout],
    ['user_agent', client.http_agent],
    ['server_response', 'on'],
    ...(client.validate_certs ? [] : [['check_certificate', 'off']]),
    ...(client.use_proxy ? [] : [['use_proxy', 'off']]),
    ...(client.ca_path === undefined ? [] : [['ca_certificate', client.ca_path]]),
    ...(client.client_cert === undefined ? [] : [['certificate', client.client_cert]]),
    ...(client.client_key === undefined ? [] : [['private_key', client.client_key]]),
    ...(client.url_username === undefined ? [] : [['user', client.url_username]]),
    ...(client.url_password === undefined ? [] : [['password', client.url_password]]),
    ...(client.force_basic_auth ? [['auth_no_challenge', 'on']] : []),
    ...headerLines(client.headers).map((line) => ['header', line]),
  ]
  return lines.map(([name, value]) => `${name} = ${value}\n`).join('')
}

/**
 * The download by what the host has. Configurations are variables of the shell, which reads them in its own input, so that
 * no address, header or password stands in an argument list; wget's becomes a file that only its owner can read.
 */
const transfer = (client: Client): Command => {
  const file = fileOf(client.url)
  if (file !== undefined) return sh`cat -- ${file} >"$temp" && echo 'HTTP/1.0 200'`
  const forCurl = curlConfiguration([...clientOptions(client), ['location', true], ['dump-header', '-']])
  return sh`url=${secret(client.url)}
if command -v curl >/dev/null; then
  configuration=${secret(forCurl)}
  curl --config /dev/fd/3 -o "$temp" 3<<END
$configuration
END
elif command -v wget >/dev/null; then
  case $(wget --help 2>&1) in
    *BusyBox*)
      ${busyboxWget(client)};;
    *)
      rc=$(mktemp) && printf %s ${secret(wgetConfiguration(client))} >"$rc" || exit
      trap 'rm -f -- "$temp" "$rc"' EXIT
      { wget --config="$rc" -q -O "$temp" -i /dev/fd/3 3<<END
$url
END
      } 2>&1
      code=$?; rm -f -- "$rc"; [ $code != 8 ] || code=0; (exit $code);;
  esac
else
  echo 'neither curl nor wget is installed' >&2; (exit 127)
fi`
}

/** Loads an address into a temporary file of the host, and computes its digests. One round trip. */
export const download = async (
  host: Host,
  { client, directory, since, algorithm }: Downloading,
): Promise<Downloaded> => {
  const headers = since === undefined ? {} : { 'If-Modified-Since': new Date(Math.floor(since) * 1000).toUTCString() }
  const output = await host.run(
    sh`directory=${directory ?? ''}; temp=$(mktemp "\${directory:-\${TMPDIR:-/tmp}}/prelude.XXXXXXXX") || exit
trap 'rm -f -- "$temp"' EXIT
${transfer({ ...client, headers: { ...headers, ...client.headers } })}
code=$?
printf '\\0%s\\0%s\\0' "$temp" "$(stat -c %s "$temp")"
for tool in sha1sum ${`${algorithm}sum`}; do sum=$($tool <"$temp"); printf '%s\\0' "\${sum%% *}"; done
[ $code != 0 ] || [ ! "$sum" ] || trap - EXIT
exit $code`,
  )
  const said = output.stderr.toString().trim()
  if (output.code !== 0) {
    throw new Failure('module.download', `cannot get ${shownUrl(client.url)}: ${said || `exit code ${output.code}`}`, {
      at: host.at,
    })
  }
  const [answer = '', path = '', size, sha1 = '', digest = ''] = output.stdout.toString().split('\0')
  if (digest === '') {
    throw new Failure('module.tool', `the host has no ${algorithm}sum to check ${shownUrl(client.url)}`, {
      at: host.at,
    })
  }
  const status = [...answer.matchAll(/^\s*HTTP\/\S+ (\d{3})/gm)].at(-1)?.[1]
  const name = /^\s*content-disposition:.*?filename\*?=(?:UTF-8'')?"?([^";\r\n]+)/im.exec(answer)?.[1]
  return {
    path,
    size: Number(size),
    status: Number(status ?? 200),
    sha1,
    digest,
    said,
    ...(name === undefined ? {} : { name: name.replace(/.*[/\\]/, '') }),
  }
}

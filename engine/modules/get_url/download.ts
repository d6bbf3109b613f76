import { fileURLToPath } from 'node:url'
import { type Command, sh } from '../../command.ts'
import { type Client, clientOptions, curlConfiguration, headerLines, shownUrl } from '../../curl.ts'
import { Failure } from '../../failure.ts'
import type { Host } from '../module.ts'

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
 * The download by what the host has. Configurations come in the input, so that no address, header or password stands
 * in an argument list: first curl's, then the address and wget's, which wants a file (that only its owner can read).
 */
const transfer = (client: Client): { readonly command: Command; readonly stdin: string } => {
  const file = fileOf(client.url)
  if (file !== undefined) return { command: sh`cat -- ${file} >"$temp" && echo 'HTTP/1.0 200'`, stdin: '' }
  const forCurl = curlConfiguration([...clientOptions(client), ['location', true], ['dump-header', '-']])
  const command = sh`if command -v curl >/dev/null; then
  head -c ${Buffer.byteLength(forCurl)} | curl --config - -o "$temp"
elif command -v wget >/dev/null; then
  head -c ${Buffer.byteLength(forCurl)} >/dev/null
  IFS= read -r url
  rc=$(mktemp) && cat >"$rc" || exit
  trap 'rm -f -- "$temp" "$rc"' EXIT
  { wget --config="$rc" -q -O "$temp" -i /dev/fd/3 3<<END
$url
END
  } 2>&1
  code=$?; rm -f -- "$rc"; [ $code != 8 ] || code=0; (exit $code)
else
  echo 'neither curl nor wget is installed' >&2; (exit 127)
fi`
  return { command, stdin: `${forCurl}${client.url}\n${wgetConfiguration(client)}` }
}

/** Loads an address into a temporary file of the host, and computes its digests. One round trip. */
export const download = async (
  host: Host,
  { client, directory, since, algorithm }: Downloading,
): Promise<Downloaded> => {
  const headers = since === undefined ? {} : { 'If-Modified-Since': new Date(Math.floor(since) * 1000).toUTCString() }
  const { command, stdin } = transfer({ ...client, headers: { ...headers, ...client.headers } })
  const place = directory === undefined ? ['--tmpdir'] : ['-p', directory]
  const output = await host.run(
    sh`temp=$(mktemp ${place} prelude.XXXXXXXX) || exit
trap 'rm -f -- "$temp"' EXIT
${command}
code=$?
printf '\\0%s\\0%s\\0' "$temp" "$(stat -c %s "$temp")"
for tool in sha1sum ${`${algorithm}sum`}; do $tool <"$temp" | cut -d' ' -f1 | tr '\\n' '\\0'; done
[ $code != 0 ] || trap - EXIT
exit $code`,
    { stdin },
  )
  const said = output.stderr.toString().trim()
  if (output.code !== 0) {
    throw new Failure('module.download', `cannot get ${shownUrl(client.url)}: ${said || `exit code ${output.code}`}`, {
      at: host.at,
    })
  }
  const [answer = '', path = '', size, sha1 = '', digest = ''] = output.stdout.toString().split('\0')
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

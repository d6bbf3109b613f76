import { type Command, sh } from '../../command.ts'
import type { Client } from '../../curl.ts'

const needsCurl = (what: string): Command =>
  sh`echo ${`the wget of busybox ${what}: install curl with an earlier task`} >&2; exit 69`

/** The one header that we add ourselves, and that is no secret. */
const isOurs = (header: string): boolean => header === 'If-Modified-Since'

/**
 * The download of `$url` into `$temp` by the wget of busybox, which takes all that it is told as arguments, for each user of
 * the host to see: what may be a secret it is not told. Prints the server's headers as wget does.
 */
export const busyboxWget = (client: Client): Command => {
  const { url, headers = {}, validate_certs, use_proxy, http_agent, timeout } = client
  const isPrivate =
    client.url_username !== undefined ||
    client.url_password !== undefined ||
    /[?@]/.test(url) ||
    !Object.keys(headers).every(isOurs)
  if (isPrivate) return needsCurl('would show names, passwords, headers and queries in its list of arguments')
  if (client.client_cert !== undefined || client.ca_path !== undefined) return needsCurl('knows no certificates')
  const options = [
    ...['-q', '-S', '-U', http_agent],
    ...(validate_certs ? [] : ['--no-check-certificate']),
    ...(use_proxy ? [] : ['-Y', 'off']),
    ...Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
  ]
  // Not each busybox was built with a limit of time.
  return sh`case $(wget --help 2>&1) in *' -T '*) limit=${`-T ${timeout}`};; *) limit=;; esac
said=$(wget ${options} $limit -O "$temp" "$url" 2>&1); code=$?
case $said in
  *'TLS certificate validation not implemented'*) ${needsCurl('cannot check the certificate of the server')};;
  *'server returned error: HTTP/'*) code=0; said=$(printf %s "$said" | sed 's/^.*server returned error: //');;
esac
if [ $code = 0 ]; then printf '%s\\n' "$said"; else printf '%s\\n' "$said" >&2; fi
(exit $code)`
}

/** What a request by curl is told of the server and the way to it. */
export type Client = {
  readonly url: string
  readonly headers?: Readonly<Record<string, unknown>>
  readonly url_username?: string
  readonly url_password?: string
  readonly force_basic_auth: boolean
  readonly validate_certs: boolean
  readonly ca_path?: string
  readonly client_cert?: string
  readonly client_key?: string
  readonly use_proxy: boolean
  readonly http_agent: string
  /** Seconds to wait for the server. */
  readonly timeout: number
}

/** Lines of a configuration file of curl; true stands for an option without a value. */
export type CurlOptions = readonly (readonly [string, string | number | true])[]

const quoted = (text: string): string =>
  `"${text.replace(/[\\"\n\r\t\v]/g, (character) => {
    const letters: Readonly<Record<string, string>> = { '\n': 'n', '\r': 'r', '\t': 't', '\v': 'v' }
    return `\\${letters[character] ?? character}`
  })}"`

/** A configuration as curl reads it from its input: what stands there is in no argument list. */
export const curlConfiguration = (options: CurlOptions): string =>
  options.map(([name, value]) => (value === true ? `${name}\n` : `${name} = ${quoted(String(value))}\n`)).join('')

/** What a request's headers are as text: no value is an empty header. */
export const headerLines = (headers: Readonly<Record<string, unknown>> = {}): string[] =>
  Object.entries(headers).map(([name, value]) => (value === '' || value === null ? `${name};` : `${name}: ${value}`))

/** Options of curl for the parameters that every request has. */
export const clientOptions = (client: Client): CurlOptions => {
  const options: [string, string | number | true][] = [
    ['url', client.url],
    ['silent', true],
    ['show-error', true],
    ['globoff', true],
    ['netrc-optional', true],
    ['connect-timeout', client.timeout],
    // The timeout is for waiting, not for the whole transfer.
    ['speed-time', client.timeout],
    ['speed-limit', 1],
    ['user-agent', client.http_agent],
  ]
  if (!client.validate_certs) options.push(['insecure', true])
  if (!client.use_proxy) options.push(['noproxy', '*'])
  if (client.ca_path !== undefined) options.push(['cacert', client.ca_path])
  if (client.client_cert !== undefined) options.push(['cert', client.client_cert])
  if (client.client_key !== undefined) options.push(['key', client.client_key])
  if (client.url_username !== undefined) {
    options.push(['user', `${client.url_username}:${client.url_password ?? ''}`])
    if (!client.force_basic_auth) options.push(['anyauth', true])
  }
  for (const line of headerLines(client.headers)) options.push(['header', line])
  return options
}

/** An address without the user name and password in it, for messages. */
export const shownUrl = (url: string): string => url.replace(/^(\w+:\/\/)[^/@]*@/, '$1***@')

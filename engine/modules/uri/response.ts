/** An answer as curl tells of it. */
export type Response = {
  readonly status: number
  /** `404 Not Found` without the number. */
  readonly reason: string
  readonly headers: ReadonlyMap<string, string>
  readonly cookies: Readonly<Record<string, string>>
  readonly body: Buffer
  /** Address of the last request. */
  readonly url: string
  readonly redirects: number
}

/** What curl writes after the body: sizes and numbers of the transfer, after a mark that no body has. */
export const trailer = (mark: string): string => `${mark}%{size_header} %{http_code} %{num_redirects} %{url_effective}`

/** Reads headers (of all answers on the way), body and trailer. */
export const parseResponse = (output: Buffer, mark: string): Response => {
  const end = output.lastIndexOf(mark)
  const [size = 0, status = 0, redirects = 0] = output
    .toString('utf8', end + mark.length)
    .split(' ')
    .map(Number)
  const url = output
    .toString('utf8', end + mark.length)
    .split(' ')
    .slice(3)
    .join(' ')
  const blocks = output.toString('latin1', 0, size).split('\r\n\r\n').filter(Boolean)
  const [first = '', ...lines] = (blocks.at(-1) ?? '').split('\r\n')
  const headers = new Map<string, string>()
  const cookies: Record<string, string> = {}
  for (const line of lines) {
    const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/.exec(line) ?? []
    const key = name.toLowerCase().replaceAll('-', '_')
    if (key === '') continue
    headers.set(key, headers.has(key) ? `${headers.get(key)}, ${value}` : value)
    const cookie = key === 'set_cookie' ? /^([^=;]+)=([^;]*)/.exec(value) : null
    if (cookie) cookies[cookie[1]!] = cookie[2]!
  }
  const reason = /^\S+ \d+ (.*)$/.exec(first)?.[1] ?? ''
  return { status, reason, headers, cookies, body: output.subarray(size, end), url, redirects }
}

import { randomBytes } from 'node:crypto'
import { posix } from 'node:path'
import type { UriParameters } from '../../../schema/types.ts'
import { type CurlOptions, clientOptions, shownUrl } from '../../curl.ts'
import { Failure } from '../../failure.ts'
import { curl } from '../curl.ts'
import { deploy } from '../deploy.ts'
import { decode } from '../encoding.ts'
import { type Host, type ModuleSchema, module, type Result } from '../module.ts'
import { stopwatch } from '../stopwatch.ts'
import { needless } from '../unless.ts'
import { type Body, bodyOf } from './request.ts'
import { parseResponse, type Response, trailer } from './response.ts'
import schema from './uri.schema.json' with { type: 'json' }

const follows = ({ follow_redirects, method }: UriParameters): boolean => {
  const isSafe = method === 'GET' || method === 'HEAD'
  if (['all', 'True', 'true', 'yes'].includes(follow_redirects)) return true
  if (['safe', 'urllib2'].includes(follow_redirects)) return isSafe
  if (['none', 'False', 'false', 'no'].includes(follow_redirects)) return false
  throw new Failure('module.parameter', `'follow_redirects' must be all, safe or none, not '${follow_redirects}'`)
}

const optionsOf = (params: UriParameters, body: Body | undefined, mark: string): CurlOptions => {
  const { method, headers = {}, unix_socket, force } = params
  const isTyped = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  const options: [string, string | number | true][] = [
    ...(clientOptions(params) as [string, string][]),
    ['include', true],
    ['suppress-connect-headers', true],
    ['write-out', trailer(mark).replaceAll('\n', '')],
  ]
  if (method === 'HEAD') options.push(['head', true])
  else if (method !== 'GET' || body) options.push(['request', method])
  if (body) options.push(['data-binary', '@-'], ['header', 'Expect:'])
  // without a type curl says that it is a form, as Ansible's does
  if (body?.type !== undefined && !isTyped) options.push(['header', `Content-Type: ${body.type}`])
  if (follows(params)) options.push(['location', true])
  if (unix_socket !== undefined) options.push(['unix-socket', unix_socket])
  if (force) options.push(['header', 'Cache-Control: no-cache'])
  return options
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A response's text, by the encoding that its type names; UTF-8 when it names none, or wrongly. */
const textOf = (body: Buffer, type: string): string => {
  const [, charset = 'utf-8'] = /;\s*charset="?([^";\s]+)/i.exec(type) ?? []
  try {
    return decode(body, charset) ?? body.toString()
  } catch (thrown) {
    if (thrown instanceof Failure) return body.toString()
    throw thrown
  }
}

/** An address without the user and the password that it may hold, which a place relative to it would take over. */
const plainBase = (url: string): URL => Object.assign(new URL(url), { username: '', password: '' })

const toResult = (params: UriParameters, response: Response, isGood: boolean): Result => {
  const { status, reason, headers, cookies, body, url, redirects } = response
  const type = headers.get('content_type') ?? ''
  const text = textOf(body, type)
  const isJson = /[/+]json\b/.test(type)
  const location = headers.get('location')
  const json = isJson ? parsed(text) : undefined
  return {
    ...Object.fromEntries(headers),
    ...(location !== undefined && URL.canParse(location, url)
      ? { location: new URL(location, plainBase(url)).href }
      : {}),
    changed: false,
    url: shownUrl(url),
    status,
    redirected: redirects > 0,
    cookies,
    cookies_string: Object.entries(cookies)
      .map(([name, value]) => `${name}=${value}`)
      .join('; '),
    msg: status < 300 ? `OK (${headers.get('content_length') ?? 'unknown'} bytes)` : `HTTP Error ${status}: ${reason}`,
    ...(json === undefined ? {} : { json }),
    ...(params.return_content || !isGood ? { content: text } : {}),
  }
}

/** The answer, or why there is none. */
const send = async (host: Host, params: UriParameters): Promise<Response | string> => {
  const mark = `\u0001${randomBytes(16).toString('hex')} `
  const body = await bodyOf(host, params)
  const output = await curl(host, optionsOf(params, body, mark), body?.bytes)
  if (output.code === 0) return parseResponse(output.stdout, mark)
  return output.stderr.toString().trim() || `curl ended with ${output.code}`
}

export const uri = module<UriParameters>('uri', schema as ModuleSchema, async function* (host, given) {
  const params = { ...given, method: given.method.toUpperCase() }
  const { status_code, dest } = params
  const skipped = await needless(host, params)
  if (skipped) return skipped
  const elapsed = stopwatch()
  const response = await send(host, params)
  if (typeof response === 'string') {
    const msg = `cannot ask ${shownUrl(params.url)}: ${response}`
    return { failed: true, changed: false, status: -1, url: shownUrl(params.url), redirected: false, msg }
  }
  const isGood = status_code.includes(response.status)
  const result = { ...toResult(params, response, isGood), elapsed: elapsed() }
  if (!isGood) {
    const wanted = `[${status_code.join(', ')}]`
    const msg = `${shownUrl(params.url)} answers with the status ${response.status}, not ${wanted}: ${result.msg}`
    return { ...result, failed: true, msg }
  }
  if (dest === undefined) return result
  const { changed: _, ...rest } = result
  const written = yield* deploy(host, {
    content: response.body,
    dest,
    name: posix.basename(params.url.replace(/[?#].*$/s, '')) || 'index.html',
    attributes: params,
    force: true,
    follow: false,
    backup: false,
  })
  return { ...written, ...rest, path: written['path'] }
})

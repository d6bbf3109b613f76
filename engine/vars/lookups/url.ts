import { spawnSync } from 'node:child_process'
import { type Client, type CurlOptions, clientOptions, curlConfiguration, shownUrl } from '../../curl.ts'
import { Failure } from '../../failure.ts'
import { flagOr, listOf, numberOf, textOr } from '../filters/given.ts'
import { fail } from '../python/failing.ts'
import { asNumber } from '../python/number.ts'
import { lines } from '../python/strings.ts'
import { text } from '../python/text.ts'
import { isDict, toPlain, type Value } from '../value.ts'
import type { Lookup, LookupContext } from './lookup.ts'

/** The names under which variables and the environment give an option, behind `ansible_lookup_url_`. */
const elsewhere: Readonly<Record<string, string>> = { http_agent: 'agent', unredirected_headers: 'unredir_headers' }

const known: ReadonlySet<string> = new Set([
  'ca_path',
  'ciphers',
  'follow_redirects',
  'force',
  'force_basic_auth',
  'headers',
  'http_agent',
  'password',
  'split_lines',
  'timeout',
  'unix_socket',
  'unredirected_headers',
  'use_gssapi',
  'use_netrc',
  'use_proxy',
  'username',
  'validate_certs',
])

/** Options that the call alone gives. */
const callsOwn: ReadonlySet<string> = new Set([
  'headers',
  'password',
  'split_lines',
  'use_proxy',
  'username',
  'validate_certs',
])

type Option = (name: string) => Value | undefined

/** An option of the call, else, for most of them, of a variable, else of the environment. */
const optionsOf = (given: ReadonlyMap<string, Value>, { scope, resolve, surroundings }: LookupContext): Option => {
  for (const name of given.keys())
    if (!known.has(name)) fail(`the lookup 'url' has no option '${name}'`, `its options are ${[...known].join(', ')}`)
  return (name) => {
    if (callsOwn.has(name)) return given.get(name)
    const variable = `ansible_lookup_url_${elsewhere[name] ?? name}`
    const value = given.get(name) ?? scope.get(variable)
    return value === undefined ? surroundings.environment(variable.toUpperCase()) : resolve(value)
  }
}

/** A flag that the environment may give as a word. */
const flag = (value: Value | undefined, fallback: boolean): boolean =>
  typeof value === 'string' ? /^(?:yes|on|1|true)$/i.test(value) : flagOr(value, fallback)

const headersOf = (value: Value | undefined): Record<string, unknown> => {
  if (value === undefined || value === null) return {}
  return isDict(value)
    ? (toPlain(value) as Record<string, unknown>)
    : fail("the headers of the lookup 'url' must be a dict")
}

/** Which redirects curl follows. */
const redirects = (word: string): CurlOptions => {
  if (['none', 'no', 'false', 'False'].includes(word)) return []
  if (['all', 'yes', 'safe', 'urllib2', 'true', 'True'].includes(word))
    return [
      ['location', true],
      ['max-redirs', 10],
    ]
  return fail(`follow_redirects of the lookup 'url' cannot be '${word}'`, 'it may be all, safe, urllib2 or none')
}

const request = (url: string, option: Option): CurlOptions => {
  const username = option('username')
  const caPath = option('ca_path')
  const seconds = option('timeout') ?? 10
  const client: Client = {
    url,
    headers: {
      ...(flag(option('force'), false) && { 'cache-control': 'no-cache' }),
      ...headersOf(option('headers')),
    },
    force_basic_auth: flag(option('force_basic_auth'), false),
    validate_certs: flag(option('validate_certs'), true),
    use_proxy: flag(option('use_proxy'), true),
    http_agent: textOr(option('http_agent'), 'ansible-httpget'),
    timeout: asNumber(seconds) ?? numberOf(Number(text(seconds)), 'the timeout'),
    ...(username !== undefined &&
      username !== null && { url_username: text(username), url_password: textOr(option('password'), '') }),
    ...(caPath !== undefined && caPath !== null && { ca_path: text(caPath) }),
  }
  const options: [string, string | number | true][] = [...clientOptions(client), ['fail', true]].map(
    ([name, value]) => [name, value] as [string, string | number | true],
  )
  for (const [name, value] of redirects(textOr(option('follow_redirects'), 'urllib2'))) options.push([name, value])
  const socket = option('unix_socket')
  if (socket !== undefined && socket !== null) options.push(['unix-socket', text(socket)])
  const ciphers = option('ciphers')
  if (ciphers !== undefined && ciphers !== null)
    options.push(['ciphers', typeof ciphers === 'string' ? ciphers : listOf(ciphers).map(text).join(':')])
  if (flag(option('use_gssapi'), false)) options.push(['negotiate', true])
  return flag(option('use_netrc'), true) ? options : options.filter(([name]) => name !== 'netrc-optional')
}

/** What a web server answers, line by line unless `split_lines` is false. */
export const url: Lookup = (terms, given, context) => {
  const option = optionsOf(given, context)
  return terms.flatMap((term) => {
    const address = text(term)
    const { status, stdout, stderr, error } = spawnSync('curl', ['--config', '-'], {
      encoding: 'utf8',
      input: curlConfiguration(request(address, option)),
      maxBuffer: 256 * 1024 * 1024,
    })
    if (error || status !== 0) {
      const why = error ? error.message : stderr.trim().replace(/^curl: /, '') || `curl ended with ${status}`
      throw new Failure('template.lookup', `cannot fetch ${shownUrl(address)}: ${why}`, {
        hint: error ? 'install curl on this machine' : undefined,
        cause: error,
      })
    }
    return flag(option('split_lines'), true) ? lines(stdout) : [stdout]
  })
}

import type { Filter, Test } from '../context.ts'
import { fail } from '../python/failing.ts'
import { dict } from '../python/sequence.ts'
import { text } from '../python/text.ts'
import { isDict, type Value } from '../value.ts'
import { listOf, stringOf } from './given.ts'

type Url = { scheme: string; netloc: string; path: string; query: string; fragment: string }

/** A URL's parts as Python's urlsplit cuts them; every text has some. */
const split = (url: string): Url => {
  const source = url.replace(/^[\x00-\x20]+/, '').replace(/[\t\r\n]/g, '')
  const [, scheme = '', rest = ''] = /^(?:([a-zA-Z][a-zA-Z\d+.-]*):)?(.*)$/s.exec(source) ?? []
  const [, netloc = '', path = '', query = '', fragment = ''] =
    /^(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(rest) ?? []
  return { scheme: scheme.toLowerCase(), netloc, path, query, fragment }
}

const urlsplit: Filter = {
  parameters: ['query'],
  apply: (input, [wanted]) => {
    const { scheme, netloc, path, query, fragment } = split(stringOf(input, 'urlsplit'))
    const user = /^(?:(.*)@)?(.*)$/s.exec(netloc)!
    const [username, password] =
      user[1] === undefined
        ? [null, null]
        : [user[1].split(':')[0]!, user[1].includes(':') ? user[1].slice(user[1].indexOf(':') + 1) : null]
    const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(user[2]!) ?? []
    const parts = dict([
      ['fragment', fragment],
      ['hostname', host === '' ? null : host.replace(/^\[|\]$/g, '').toLowerCase()],
      ['netloc', netloc],
      ['password', password],
      ['path', path],
      ['port', port === undefined ? null : Number(port)],
      ['query', query],
      ['scheme', scheme],
      ['username', username],
    ])
    if (wanted === undefined || wanted === '') return parts
    return (
      parts.get(text(wanted)) ??
      (parts.has(text(wanted))
        ? null
        : fail(`a URL has no part '${text(wanted)}'`, `its parts are ${[...parts.keys()].join(', ')}`))
    )
  },
}

const quoted = (value: Value, safe: string): string =>
  encodeURIComponent(text(value).toWellFormed())
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%([0-9A-F]{2})/g, (all, code: string) => {
      const character = String.fromCharCode(Number.parseInt(code, 16))
      return safe.includes(character) ? character : all
    })

/** Bytes written as %XX, which are UTF-8; what is none stays as it is. */
const unquoted = (value: string): string =>
  value.replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString())

const urlencode: Filter = {
  parameters: [],
  apply: (input) => {
    if (!isDict(input) && !Array.isArray(input)) return quoted(input, '/')
    const pairs = isDict(input) ? [...input] : input.map((pair) => listOf(pair))
    return pairs
      .map((pair) => {
        const [key, value] = pair
        if (key === undefined || value === undefined || pair.length !== 2)
          return fail('urlencode needs a dict, a list of pairs, or a string')
        return `${quoted(key, '').replaceAll('%20', '+')}=${quoted(value, '').replaceAll('%20', '+')}`
      })
      .join('&')
  },
}

const testing = (holds: (url: Url) => boolean, only?: readonly string[]): Test => ({
  parameters: only ? [] : ['schemes'],
  apply: (input, [given]) => {
    const schemes = only ?? (given === undefined || given === null ? [] : listOf(given).map(text))
    if (typeof input !== 'string') return false
    const url = split(input)
    return (schemes.length === 0 || schemes.includes(url.scheme)) && holds(url)
  },
})

export const urlTests: Readonly<Record<string, Test>> = {
  uri: testing(() => true),
  url: testing(({ scheme, netloc }) => netloc !== '' || scheme === 'file'),
  urn: testing(() => true, ['urn']),
}

export const urlFilters: Readonly<Record<string, Filter>> = {
  urldecode: { parameters: [], apply: (input) => unquoted(stringOf(input, 'urldecode').replaceAll('+', ' ')) },
  urlencode,
  urlsplit,
}

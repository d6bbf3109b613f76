import type { Filter } from '../context.ts'
import { fail } from '../python/failing.ts'
import { percentFormat } from '../python/format.ts'
import { pprint } from '../python/pprint.ts'
import { tuple } from '../python/sequence.ts'
import { capitalize, lines, split, strip } from '../python/strings.ts'
import { text } from '../python/text.ts'
import { isDict, type Value } from '../value.ts'
import { flagOr, integerOr, listOf, required, stringOf, textOr } from './given.ts'
import { urlize } from './urlize.ts'

const simple = (change: (value: string) => Value): Filter => ({ parameters: [], apply: (input) => change(text(input)) })

const title = (value: string): string => value.replace(/([-\s({[<]+)|([^-\s({[<]+)/g, (part) => capitalize(part))

const indent: Filter = {
  parameters: ['width', 'first', 'blank'],
  apply: (input, [width, first, blank]) => {
    const margin = typeof width === 'string' ? width : ' '.repeat(integerOr(width, 4, 'width'))
    const source = `${stringOf(input, 'indent')}\n`
    const isBlank = flagOr(blank, false)
    const all = isBlank ? lines(source) : source.slice(0, -1).split(/\r\n|\r|\n/)
    const [head = '', ...rest] = all
    const body = [head, ...rest.map((line) => (line === '' && !isBlank ? line : margin + line))].join('\n')
    return flagOr(first, false) ? margin + body : body
  },
}

/** Wraps as Python's textwrap does, paragraph by paragraph. */
const wrap = (value: string, width: number, breaksLong: boolean, separator: string, breaksHyphens: boolean): string => {
  const wrapLine = (line: string): string => {
    const rows: string[] = []
    let row = ''
    for (const chunk of line.match(breaksHyphens ? /\s+|[^\s-]+-*|-+/g : /\s+|\S+/g) ?? []) {
      let rest = chunk
      if (row.length + rest.length <= width) {
        if (row !== '' || rest.trim() !== '' || rows.length === 0) row += rest
        continue
      }
      if (rest.trim() === '') continue
      if (row !== '') rows.push(row.trimEnd())
      while (breaksLong && rest.length > width) {
        rows.push(rest.slice(0, width))
        rest = rest.slice(width)
      }
      row = rest
    }
    if (row.trimEnd() !== '') rows.push(row.trimEnd())
    return rows.join(separator)
  }
  return lines(value).map(wrapLine).join(separator)
}

const commentStyles: Readonly<Record<string, { beginning?: string; decoration: string; end?: string }>> = {
  plain: { decoration: '# ' },
  erlang: { decoration: '% ' },
  c: { decoration: '// ' },
  cblock: { beginning: '/*', decoration: ' * ', end: ' */' },
  xml: { beginning: '<!--', decoration: ' - ', end: '-->' },
}

const comment: Filter = {
  parameters: ['style', '**options'],
  apply: (input, [styleName, options]) => {
    const name = textOr(styleName, 'plain')
    const style =
      commentStyles[name] ??
      fail(`there is no comment style '${name}'`, `the styles are ${Object.keys(commentStyles).join(', ')}`)
    const option = (key: string): string | undefined => {
      const value = options !== undefined && isDict(options) ? options.get(key) : undefined
      return value === undefined || value === null ? undefined : text(value)
    }
    const newline = option('newline') ?? '\n'
    const decoration = option('decoration') ?? style.decoration
    const beginning = option('beginning') ?? style.beginning ?? ''
    const end = option('end') ?? style.end ?? ''
    const prefix = option('prefix') ?? decoration.trimEnd()
    const postfix = option('postfix') ?? decoration.trimEnd()
    const times = (key: string) => Number(option(key) ?? 1)
    const source = stringOf(input, 'comment').replaceAll(newline, newline + decoration)
    const rows = (decoration + source).replaceAll(decoration + newline, decoration.trimEnd() + newline)
    return [
      beginning === '' ? '' : beginning + newline,
      prefix === '' ? '' : (prefix + newline).repeat(times('prefix_count')),
      rows,
      (newline + postfix).repeat(times('postfix_count')),
      end === '' ? '' : newline + end,
    ].join('')
  },
}

const escaped: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' }
const markup = (value: string): string => value.replace(/[&<>"']/g, (character) => escaped[character]!)
const escapeMarkup = simple(markup)
const asText: Filter = { parameters: [], apply: (input) => text(input) }

const urlizes: Filter = {
  parameters: ['trim_url_limit', 'nofollow', 'target', 'rel', 'extra_schemes'],
  apply: (input, [limit, nofollow, target, rel, schemes]) =>
    urlize(markup(text(input)), {
      limit: limit === undefined || limit === null ? Number.POSITIVE_INFINITY : integerOr(limit, 0),
      rel: [...new Set([...textOr(rel, '').split(/\s+/), ...(flagOr(nofollow, false) ? ['nofollow'] : []), 'noopener'])]
        .filter(Boolean)
        .sort()
        .join(' '),
      target: textOr(target, ''),
      schemes: schemes === undefined || schemes === null ? [] : listOf(schemes).map(text),
    }),
}

const xmlattr: Filter = {
  parameters: ['autospace'],
  apply: (input, [autospace]) => {
    if (!isDict(input)) return fail('xmlattr needs a dict')
    const body = [...input]
      .filter(([, value]) => value !== null)
      .map(([key, value]) => `${key}="${markup(text(value))}"`)
      .join(' ')
    return flagOr(autospace, true) && body !== '' ? ` ${body}` : body
  },
}

const truncate: Filter = {
  parameters: ['length', 'killwords', 'end', 'leeway'],
  apply: (input, [length, killwords, end, leeway]) => {
    const source = stringOf(input, 'truncate')
    const size = integerOr(length, 255)
    const tail = textOr(end, '...')
    if (size < tail.length) return fail(`truncate needs a length of at least ${tail.length}, not ${size}`)
    if (source.length <= size + integerOr(leeway, 5)) return source
    const head = source.slice(0, size - tail.length)
    if (flagOr(killwords, false)) return head + tail
    const space = head.lastIndexOf(' ')
    return (space < 0 ? head : head.slice(0, space)) + tail
  },
}

/** A word as a POSIX shell reads it back unchanged. */
const shellQuote = (value: string): string =>
  value !== '' && /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'"'"'`)}'`

const replaceText: Filter = {
  parameters: ['old', 'new', 'count'],
  apply: (input, [old, put, count]) => {
    const source = text(input)
    const wanted = textOr(required(old, 'the text to replace'), '')
    const pieces = wanted === '' ? ['', ...Array.from(source), ''] : source.split(wanted)
    const limit = integerOr(count, -1)
    const by = textOr(required(put, 'the new text'), '')
    if (limit < 0 || pieces.length - 1 <= limit) return pieces.join(by)
    return pieces.slice(0, limit + 1).join(by) + wanted + pieces.slice(limit + 1).join(wanted)
  },
}

export const textFilters: Readonly<Record<string, Filter>> = {
  capitalize: simple(capitalize),
  center: {
    parameters: ['width'],
    apply: (input, [width]) => {
      const source = text(input)
      const columns = integerOr(width, 80)
      const missing = Math.max(0, columns - Array.from(source).length)
      const left = Math.floor(missing / 2) + (missing & columns & 1)
      return ' '.repeat(left) + source + ' '.repeat(missing - left)
    },
  },
  comment,
  e: escapeMarkup,
  escape: escapeMarkup,
  forceescape: escapeMarkup,
  format: {
    parameters: ['*values', '**named'],
    apply: (input, [values, named]) =>
      percentFormat(
        text(input),
        named !== undefined && isDict(named) && named.size > 0 ? named : tuple(...listOf(values)),
      ),
  },
  indent,
  join: {
    parameters: ['d', 'attribute'],
    isLazy: true,
    apply: (input, [separator, attribute], context) => {
      const parts =
        attribute === undefined
          ? context.resolve(input)
          : context.filter('map', input, [], new Map([['attribute', attribute]]))
      return listOf(parts)
        .map((part) => text(context.resolve(part)))
        .join(textOr(separator, ''))
    },
  },
  lower: simple((value) => value.toLowerCase()),
  pprint: { parameters: [], apply: (input) => pprint(input) },
  quote: { parameters: [], apply: (input) => shellQuote(input === null ? '' : text(input)) },
  replace: replaceText,
  safe: asText,
  split: {
    parameters: ['sep', 'maxsplit'],
    apply: (input, [separator, limit]) =>
      split(
        stringOf(input, 'split'),
        separator === undefined || separator === null ? undefined : text(separator),
        integerOr(limit, -1),
      ),
  },
  splitlines: simple((value) => lines(value)),
  string: asText,
  striptags: simple((value) =>
    value
      .replace(/<!--[\s\S]*?-->|<[^>]*>/g, '')
      .split(/\s+/)
      .filter(Boolean)
      .join(' '),
  ),
  title: simple(title),
  trim: {
    parameters: ['chars'],
    apply: (input, [chars]) =>
      strip(text(input), chars === undefined || chars === null ? undefined : text(chars), 'both'),
  },
  truncate,
  upper: simple((value) => value.toUpperCase()),
  urlize: urlizes,
  wordcount: simple((value) => value.match(/[\p{L}\p{N}_]+/gu)?.length ?? 0),
  wordwrap: {
    parameters: ['width', 'break_long_words', 'wrapstring', 'break_on_hyphens'],
    apply: (input, [wanted, breaksLong, wrapstring, breaksHyphens]) => {
      const width = integerOr(wanted, 79)
      if (width < 1) return fail('wordwrap needs a width above zero')
      const separator = textOr(wrapstring, '\n')
      return wrap(stringOf(input, 'wordwrap'), width, flagOr(breaksLong, true), separator, flagOr(breaksHyphens, true))
    },
  },
  xmlattr,
}

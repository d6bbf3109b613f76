import { createHash } from 'node:crypto'
import type { Filter } from '../context.ts'
import { compactJson, fromJson, type JsonStyle, toJson } from '../json.ts'
import { fail } from '../python/failing.ts'
import { asNumber } from '../python/number.ts'
import { text } from '../python/text.ts'
import { readYaml, readYamlDocuments } from '../readyaml.ts'
import type { Value } from '../value.ts'
import { toYaml } from '../yamltext.ts'
import { flagOr, integerOr, listOf, stringOf, textOr } from './given.ts'

const jsonParameters = [
  'indent',
  'sort_keys',
  'ensure_ascii',
  'separators',
  'vault_to_text',
  'preprocess_unsafe',
  'allow_nan',
  'skipkeys',
  'check_circular',
] as const

/** What each level is indented by: spaces, or a text of its own. */
const indentOf = (indent: Value | undefined, otherwise: JsonStyle['indent']): JsonStyle['indent'] => {
  if (indent === undefined) return otherwise
  if (indent === null) return undefined
  return typeof indent === 'string' ? indent : integerOr(indent, 0)
}

const writesJson = (base: JsonStyle): Filter => ({
  parameters: jsonParameters,
  apply: (input, [indent, sortKeys, ensureAscii, separators, _vault, _unsafe, allowNan]) => {
    const [item, key] = separators === undefined ? [] : listOf(separators).map(text)
    return toJson(input, {
      allowsNan: flagOr(allowNan, true),
      indent: indentOf(indent, base.indent),
      sortKeys: flagOr(sortKeys, base.sortKeys),
      isAscii: flagOr(ensureAscii, base.isAscii),
      itemSeparator: item ?? base.itemSeparator,
      keySeparator: key ?? base.keySeparator,
    })
  },
})

const niceJson: JsonStyle = { indent: 4, sortKeys: true, isAscii: true, itemSeparator: ', ', keySeparator: ': ' }

const yamlParameters = [
  'indent',
  'sort_keys',
  'width',
  'default_flow_style',
  'explicit_start',
  'allow_unicode',
  'default_style',
  'vault_behavior',
  'explicit_end',
  'line_break',
  'canonical',
] as const

const quoteOf = (style: string): "'" | '"' | '|' | '>' | undefined => {
  if (style === '') return undefined
  const known = style === "'" || style === '"' || style === '|' || style === '>'
  return known ? style : fail(`default_style cannot be '${style}'`, `it may be ', ", | or >`)
}

const lineBreakOf = (text: string): '\r\n' | '\r' | undefined => (text === '\r\n' || text === '\r' ? text : undefined)

const writesYaml = (isNice: boolean): Filter => ({
  parameters: yamlParameters,
  apply: (
    input,
    [indent, sortKeys, width, flow, explicitStart, unicode, quote, _vault, explicitEnd, lineBreak, canonical],
  ) =>
    toYaml(input, {
      indent: integerOr(indent, isNice ? 4 : 2),
      sortKeys: flagOr(sortKeys, true),
      width: integerOr(width, 80),
      flow:
        flow === undefined
          ? isNice
            ? 'never'
            : 'leaves'
          : flow === null
            ? 'leaves'
            : flagOr(flow, false)
              ? 'always'
              : 'never',
      hasStart: flagOr(explicitStart, false),
      hasEnd: flagOr(explicitEnd, false),
      quote: quoteOf(textOr(quote, '')),
      lineBreak: lineBreakOf(textOr(lineBreak, '')),
      allowsUnicode: flagOr(unicode, true),
      isCanonical: flagOr(canonical, false),
    }),
})

/** The namespace of the version 5 UUIDs that `to_uuid` makes. */
const uuidNamespace = '361E6D51-FAEC-444A-9079-341386DA8E2E'

const uuid = (name: string, namespace: string): string => {
  if (!/^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(namespace)) return fail(`'${namespace}' is no UUID`)
  const digest = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest()
  digest[6] = (digest[6]! & 0x0f) | 0x50
  digest[8] = (digest[8]! & 0x3f) | 0x80
  return digest.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** Base64 as Python reads it: other characters are passed over, and what is left out at its end is missed. */
const fromBase64 = (value: string): Buffer => {
  const digits = value.replace(/[^A-Za-z0-9+/=]/g, '')
  const body = digits.replace(/=.*$/, '')
  return body.length % 4 === 1 || digits.length < Math.ceil(body.length / 4) * 4
    ? fail('the base64 text is incomplete: its padding is missing')
    : Buffer.from(body, 'base64')
}

const hash: Filter = {
  parameters: ['hashtype'],
  apply: (input, [kind]) => {
    try {
      return createHash(textOr(kind, 'sha1')).update(text(input)).digest('hex')
    } catch {
      return fail(`there is no hash '${text(kind ?? '')}'`)
    }
  },
}

const fixedHash = (kind: string): Filter => ({
  parameters: [],
  apply: (input) => createHash(kind).update(text(input)).digest('hex'),
})

const bufferEncoding = (name: string): BufferEncoding => {
  const known: Readonly<Record<string, BufferEncoding>> = {
    'utf-8': 'utf8',
    utf8: 'utf8',
    ascii: 'latin1',
    'latin-1': 'latin1',
    latin1: 'latin1',
    'iso-8859-1': 'latin1',
    'utf-16-le': 'utf16le',
    'utf-16': 'utf16le',
  }
  return known[name.toLowerCase()] ?? fail(`there is no encoding '${name}'`)
}

export const encodingFilters: Readonly<Record<string, Filter>> = {
  b64decode: {
    parameters: ['encoding'],
    apply: (input, [encoding]) =>
      fromBase64(stringOf(input, 'b64decode')).toString(bufferEncoding(textOr(encoding, 'utf-8'))),
  },
  b64encode: {
    parameters: ['encoding'],
    apply: (input, [encoding]) =>
      Buffer.from(text(input), bufferEncoding(textOr(encoding, 'utf-8'))).toString('base64'),
  },
  checksum: fixedHash('sha1'),
  from_json: {
    parameters: [],
    apply: (input) =>
      typeof input === 'string' ? fromJson(input) : fail('from_json needs a string', 'the value is already data'),
  },
  from_yaml: { parameters: [], apply: (input) => (typeof input === 'string' ? readYaml(input) : input) },
  from_yaml_all: { parameters: [], apply: (input) => (typeof input === 'string' ? readYamlDocuments(input) : input) },
  hash,
  md5: fixedHash('md5'),
  sha1: fixedHash('sha1'),
  to_json: writesJson(compactJson),
  to_nice_json: writesJson(niceJson),
  to_nice_yaml: writesYaml(true),
  to_uuid: {
    parameters: ['namespace'],
    apply: (input, [namespace]) => uuid(text(input), textOr(namespace, uuidNamespace)),
  },
  to_yaml: writesYaml(false),
  tojson: {
    parameters: ['indent'],
    apply: (input, [indent]) =>
      toJson(input, {
        ...compactJson,
        indent: indent === undefined || indent === null ? undefined : (asNumber(indent) ?? 0),
        sortKeys: true,
      }).replace(/[<>&']/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`),
  },
}

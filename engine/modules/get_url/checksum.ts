import { posix } from 'node:path'
import { type Client, clientOptions, shownUrl } from '../../curl.ts'
import { Failure } from '../../failure.ts'
import { curl } from '../curl.ts'
import type { Host } from '../module.ts'

export type Checksum = { readonly algorithm: string; readonly digest: string }

const algorithms = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512']

/** The digest that a list (of `sha256sum` and its kin, GNU or BSD style) has for a file. */
export const digestInList = (list: string, name: string): string | undefined => {
  const entries = list.split('\n').flatMap((line): [string, string][] => {
    const gnu = /^\\?([0-9a-fA-F]{32,128})(?:\s+\*?(.*?))?\s*$/.exec(line)
    if (gnu) return [[gnu[1]!, gnu[2] ?? '']]
    const bsd = /^\w+ \((.*)\) = ([0-9a-fA-F]{32,128})\s*$/.exec(line)
    return bsd ? [[bsd[2]!, bsd[1]!]] : []
  })
  const named = entries.find(([, file]) => posix.basename(file) === name)
  if (named) return named[0]
  // A list of one digest alone is about the one file that it belongs to.
  return entries.length === 1 && entries[0]?.[1] === '' ? entries[0][0] : undefined
}

const fetchList = async (host: Host, client: Client, url: string): Promise<string> => {
  const output = await curl(host, [...clientOptions({ ...client, url }), ['fail', true], ['location', true]])
  if (output.code === 0) return output.stdout.toString()
  throw new Failure('module.download', `cannot get the list of checksums ${shownUrl(url)}: ${output.stderr}`.trim())
}

/** Reads `ALGORITHM:DIGEST` or `ALGORITHM:URL`; `name` is the file's name in such a list. */
export const readChecksum = async (host: Host, text: string, client: Client, name: string): Promise<Checksum> => {
  const [, algorithm = '', rest = ''] = /^\s*(\w+)\s*:\s*(.*?)\s*$/s.exec(text) ?? []
  if (!algorithms.includes(algorithm.toLowerCase())) {
    throw new Failure('module.parameter', `'checksum' must be ALGORITHM:DIGEST or ALGORITHM:URL, not '${text}'`, {
      hint: `algorithms: ${algorithms.join(', ')}`,
    })
  }
  const isAddress = /^\w+:\/\//.test(rest)
  const digest = isAddress ? digestInList(await fetchList(host, client, rest), name) : rest
  if (digest === undefined) throw new Failure('module.download', `${shownUrl(rest)} has no checksum of ${name}`)
  if (!/^[0-9a-fA-F]+$/.test(digest)) {
    throw new Failure('module.parameter', `'${digest}' is no ${algorithm} digest`, {
      hint: 'it has hexadecimal digits only',
    })
  }
  return { algorithm: algorithm.toLowerCase(), digest: digest.toLowerCase() }
}

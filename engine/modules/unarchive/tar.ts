import { posix } from 'node:path'
import { type Command, sh } from '../../command.ts'
import { statAll } from '../listing.ts'
import type { Host } from '../module.ts'
import { type Archive, ask } from './archive.ts'

const selection = ({ params }: Archive): Command =>
  sh`${[...params.extra_opts, ...params.exclude.map((pattern) => `--exclude=${pattern}`)]}`

/** Names of everything in the archive that the task wants. */
export const namesInTar = async (host: Host, archive: Archive): Promise<string[]> => {
  const { path, params } = archive
  const list = await ask(
    host,
    archive,
    sh`LC_ALL=C tar --list --quoting-style=literal --show-transformed-names ${selection(archive)} -f ${path} -- ${params.include}`,
  )
  return list.split('\n').filter((name) => name !== '' && !name.startsWith('tar: '))
}

/** Times of the archive's files in seconds since 1970, by name. */
const timesInTar = async (host: Host, archive: Archive): Promise<Map<string, number>> => {
  const { path } = archive
  const list = await ask(
    host,
    archive,
    sh`LC_ALL=C tar --list -v --utc --show-transformed-names --full-time --quoting-style=literal -f ${path}`,
  )
  const lines = [...list.matchAll(/^\S+ +\S+ +\S+ +(\S+) (\d\d:\d\d:\d\d)\S* (.*?)(?: -> .*| link to .*)?$/gm)]
  return new Map(lines.map(([, date, time, name]) => [name ?? '', Date.parse(`${date}T${time}Z`) / 1000]))
}

const difference = /^(.*?): (Mode|Uid|Gid|Mod time|Contents|Size|File type|Symlink|Device number|Not linked)\b.*$/
const missing = /^tar: (.*): Warning: Cannot (?:stat|open): /

/**
 * What of the archive the directory does not have as it is there, in tar's words: `NAME: Contents differ`. Attributes
 * that the task sets itself do not count, nor do files newer than the archive's when the task keeps them.
 */
export const tarDifferences = async (host: Host, archive: Archive): Promise<string[]> => {
  const { path, dest, params } = archive
  const said = await ask(
    host,
    archive,
    sh`LC_ALL=C tar --diff --quoting-style=literal -C ${dest} ${selection(archive)} -f ${path} -- ${params.include}`,
    1,
  )
  const ignored = new Set([
    ...(params.owner === undefined ? [] : ['Uid']),
    ...(params.group === undefined ? [] : ['Gid']),
    ...(params.mode === undefined ? [] : ['Mode']),
  ])
  const isUser = (await host.run(sh`id -u`)).stdout.toString().trim() !== '0'
  const found = said.split('\n').flatMap((line): { name: string; line: string }[] => {
    const name = missing.exec(line)?.[1]
    // Options that strip directories leave an empty name of the outermost.
    if (name === '') return []
    if (name !== undefined) return [{ name, line: `${name}: missing` }]
    const [, other, what] = difference.exec(line) ?? []
    if (other === undefined || what === undefined || ignored.has(what)) return []
    // Only root can give files away.
    if (isUser && (what === 'Uid' || what === 'Gid')) return []
    return [{ name: other, line }]
  })
  if (!params.keep_newer || found.length === 0) return found.map(({ line }) => line)
  const times = await timesInTar(host, archive)
  const known = await statAll(host, [...new Set(found.map(({ name }) => posix.join(dest, name)))])
  const isNewer = (name: string) => {
    const stat = known.get(posix.join(dest, name))
    return stat !== undefined && Math.floor(stat.modified) > (times.get(name) ?? Number.POSITIVE_INFINITY)
  }
  return found.filter(({ name }) => !isNewer(name)).map(({ line }) => line)
}

export const unpackTar = (archive: Archive): Command => {
  const { path, dest, params } = archive
  const newer = params.keep_newer ? ['--keep-newer-files'] : []
  return sh`LC_ALL=C tar --extract -C ${dest} ${newer} ${selection(archive)} -f ${path} -- ${params.include}`
}

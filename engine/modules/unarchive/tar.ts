import { posix } from 'node:path'
import { type Command, sh } from '../../command.ts'
import { statAll } from '../listing.ts'
import type { Host } from '../module.ts'
import { type Archive, answerOf, ask, type Contents } from './archive.ts'
import { comparedBeside } from './beside.ts'

const selection = ({ params }: Archive): Command =>
  sh`${[...params.extra_opts, ...params.exclude.map((pattern) => `--exclude=${pattern}`)]}`

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

const tarDifferences = async (host: Host, archive: Archive): Promise<string[]> => {
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

const unpackInto = (archive: Archive, directory: string): Command => {
  const { path, params, kind } = archive
  const newer = params.keep_newer ? ['--keep-newer-files'] : []
  return sh`LC_ALL=C tar -x ${kind.option === undefined ? [] : [kind.option]} -C ${directory} ${newer} ${selection(archive)} -f ${path} -- ${params.include}`
}

/** Attributes that the task sets itself are no difference, nor are files newer than the archive's when the task keeps them. */
export const tarContents = async (host: Host, archive: Archive): Promise<Contents> => {
  const { path, params } = archive
  const listed = await host.run(
    sh`LC_ALL=C tar --list --quoting-style=literal --show-transformed-names ${selection(archive)} -f ${path} -- ${params.include}`,
  )
  // That of busybox can neither list what a selection leaves nor compare.
  if (listed.stderr.includes('BusyBox')) {
    return comparedBeside(host, archive, (directory) => unpackInto(archive, directory), 0)
  }
  const lines = answerOf(host, archive, listed).split('\n')
  const names = lines.filter((name) => name !== '' && !name.startsWith('tar: '))
  return { names, differences: await tarDifferences(host, archive) }
}

export const unpackTar = (host: Host, archive: Archive): Promise<string> =>
  ask(host, archive, unpackInto(archive, archive.dest))

import type { MountFactsParameters } from '../../../schema/types.ts'
import { type Command, sh } from '../../command.ts'
import { bounded, lateStatuses } from '../../facts/bounded.ts'
import { Failure } from '../../failure.ts'
import { fnmatch } from '../fnmatch.ts'
import { type Host, type ModuleSchema, type Result, readOnlyModule } from '../module.ts'
import { type Entry, parseListing, parseSize, parseTable, parseUuids, type Size, sizeFormat } from './entries.ts'
import schema from './mount_facts.schema.json' with { type: 'json' }

const dynamic = ['/etc/mtab', '/proc/mounts', '/etc/mnttab']
const fixed = ['/etc/fstab']

type Source = {
  readonly name: string
  /** The program that lists mounts, where the source is one. */
  readonly program?: string
  /** It only counts when no other source knows what is mounted. */
  readonly isLast?: boolean
}

const refuse = (host: Host, message: string): never => {
  throw new Failure('module.parameter', `mount_facts: ${message}`, { at: host.at })
}

const sourcesOf = (host: Host, { sources, mount_binary }: MountFactsParameters): Source[] => {
  const program = typeof mount_binary === 'string' ? mount_binary : undefined
  if (program === undefined && mount_binary !== null) refuse(host, "'mount_binary' must be a text or null")
  const names = (sources?.length ? sources : ['all']).flatMap((source) => {
    if (source === 'all') return [...dynamic, ...fixed]
    return source === 'dynamic' ? dynamic : source === 'static' ? fixed : [source]
  })
  const listed = [...new Set(names)].map((name): Source => {
    if (program !== undefined && (name === program || name === 'mount')) return { name, program }
    return name.startsWith('/') ? { name } : refuse(host, `'${name}' is no source: name a file by its path`)
  })
  const hasDynamic = names.some((name) => dynamic.includes(name)) && !listed.some((source) => source.program)
  return [...listed, ...(hasDynamic && program !== undefined ? [{ name: program, program, isLast: true }] : [])]
}

/** Prints what a source holds, and what it is when links are followed. */
const reading = ({ name, program }: Source, limit: readonly string[]): Command =>
  program === undefined
    ? sh`[ ! -f ${name} ] || { cat -- ${name}; printf '\\0%s' "$(readlink -f -- ${name})"; }`
    : sh`command -v ${program} >/dev/null && ${[...limit, program]}`

type Look = { readonly entries: readonly Entry[]; readonly uuids: ReadonlyMap<string, string> }

/** What the sources hold, and the UUIDs of all devices, in one round trip. */
const look = async (host: Host, params: MountFactsParameters): Promise<Look> => {
  const sources = sourcesOf(host, params)
  const limit = params.timeout === undefined ? [] : ['timeout', String(params.timeout)]
  const script = sources.reduce(
    (whole, source) => sh`${whole}; ${reading(source, limit)}; printf '\\0%s\\0\\0' $?`,
    sh`export LC_ALL=C`,
  )
  const output = await host.run(sh`${script}
    lsblk --list --noheadings --paths --output NAME,UUID --exclude 2 2>/dev/null
    for link in /dev/disk/by-uuid/*; do [ ! -L "$link" ] || echo "$(readlink -f "$link") \${link##*/}"; done`)
  const pieces = output.stdout.toString().split('\0\0')
  const entries: Entry[] = []
  const seen = new Set<string>()
  for (const [index, { name, program, isLast }] of sources.entries()) {
    const [text = '', ...rest] = (pieces[index] ?? '').split('\0')
    const code = rest.at(-1)
    if (program === undefined) {
      // What leads to /proc/self is another file for each process that looks.
      const real = (rest[0] ?? name).replace(/^\/proc\/\d+\//, '/proc/self/')
      if (!seen.has(real)) entries.push(...parseTable(text, name))
      seen.add(real)
    } else if (!isLast && code !== '0') {
      const said = output.stderr.toString().trim()
      throw new Failure('module.command', `${program} ended with ${code}: ${said}`, { at: host.at })
    } else if (!isLast || !entries.some(({ source }) => dynamic.includes(source))) {
      entries.push(...parseListing(text, name))
    }
  }
  return { entries, uuids: parseUuids(pieces.at(-1) ?? '') }
}

/** Sizes of mounted file systems by their places; undefined for a place that did not answer in time. */
const sizesOf = async (
  host: Host,
  places: readonly string[],
  timeout: number | undefined,
): Promise<ReadonlyMap<string, Size | undefined>> => {
  if (places.length === 0) return new Map()
  const limit = timeout === undefined ? sh`` : sh`bounded ${timeout}`
  const output = await host.run(
    sh`${bounded}
for place in ${places}; do ${limit} stat -f -c ${sizeFormat} -- "$place" 2>/dev/null; printf '\\0%s\\0' $?; done`,
  )
  const pieces = output.stdout.toString().split('\0')
  const answers = places.map((place, index) => [place, pieces[2 * index] ?? '', pieces[2 * index + 1]] as const)
  return new Map(
    answers.flatMap(([place, text, code]): (readonly [string, Size | undefined])[] => {
      const size = parseSize(text.trim())
      return size || lateStatuses.has(Number(code)) ? [[place, size]] : []
    }),
  )
}

const fits = (text: string, patterns: readonly string[] | undefined): boolean =>
  !patterns?.length || patterns.some((pattern) => fnmatch(pattern).test(text))

/** Mount points that a source tells of more than once. */
const repeated = (entries: readonly Entry[]): string[] => {
  const keys = entries.map(({ source, mount }) => `${source}\0${mount}`)
  return [...new Set(entries.filter((_, index) => keys.indexOf(keys[index]!) !== index).map(({ mount }) => mount))]
}

export const mount_facts = readOnlyModule<MountFactsParameters>(
  'mount_facts',
  schema as ModuleSchema,
  async (host, params): Promise<Result> => {
    const { devices, fstypes, timeout, on_timeout, include_aggregate_mounts } = params
    if (timeout !== undefined && timeout <= 0) refuse(host, "'timeout' must be more than 0")
    const { entries, uuids } = await look(host, params)
    const byUuid = new Map([...uuids].map(([device, uuid]) => [uuid, device]))
    const told = entries.map((entry) => {
      const named = /^UUID=(.*)$/.exec(entry.device)?.[1]
      const device = named === undefined ? entry.device : (byUuid.get(named) ?? entry.device)
      return { entry, device, uuid: named ?? uuids.get(device) ?? null }
    })
    const wanted = told.filter(({ entry, device }) => fits(device, devices) && fits(entry.fstype, fstypes))
    const places = [...new Set(wanted.map(({ entry }) => entry.mount).filter((mount) => mount.startsWith('/')))]
    const sizes = await sizesOf(host, places, timeout)
    const silent = wanted.filter(({ entry }) => sizes.has(entry.mount) && !sizes.get(entry.mount))
    const late = [
      ...new Set(silent.map(({ entry }) => `${entry.mount} (${entry.fstype}) does not tell its size in time`)),
    ]
    if (late.length > 0 && on_timeout === 'error') {
      throw new Failure('module.timeout', late.join(', '), {
        at: host.at,
        hint: 'on_timeout: warn or ignore goes on without the size',
      })
    }
    const several = include_aggregate_mounts === undefined ? repeated(wanted.map(({ entry }) => entry)) : []
    const warnings = [
      ...(on_timeout === 'warn' ? late : []),
      ...several.map((mount) => `${mount} has several mounts: include_aggregate_mounts: true tells of all`),
    ]
    const facts = wanted.map(({ entry: { source, line, ...fields }, uuid }) => ({
      ...fields,
      ...sizes.get(fields.mount),
      ansible_context: { source, source_data: line },
      uuid,
    }))
    const seen = new Set<string>()
    const first = facts.filter(({ mount }) => !seen.has(mount) && seen.add(mount))
    return {
      ansible_facts: {
        mount_points: Object.fromEntries(first.map((fact) => [fact.mount, fact])),
        aggregate_mounts: include_aggregate_mounts ? facts : [],
      },
      ...(warnings.length > 0 ? { warnings } : {}),
    }
  },
)

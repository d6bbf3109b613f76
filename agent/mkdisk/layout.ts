import type { Position } from '../../engine/failure.ts'
import { suggest } from '../../engine/nearest.ts'
import { schemaCheck } from '../../engine/schema.ts'
import { toPlain } from '../../engine/vars/value.ts'
import { loadYaml } from '../../engine/yaml/load.ts'
import type { YamlNode } from '../../engine/yaml/node.ts'
import nodeSchema from '../../schema/node.schema.json' with { type: 'json' }
import type { MkdiskSet, MkdiskVolume } from '../../schema/types.ts'
import { usualOptions } from './profile.ts'
import {
  checkVolumes,
  type DiskSet,
  fileSystems,
  isPlainPath,
  levels,
  type Selection,
  type Volume,
  wrong,
} from './settings.ts'

/** The YAML form: sets of disks by name, and the volumes that are made of them. */
export type Layout = {
  readonly sets: Readonly<Record<string, MkdiskSet>>
  readonly volumes: Readonly<Record<string, MkdiskVolume>>
}

/** Where a field stands; undefined when nobody knows. */
type Where = (...path: readonly string[]) => Position | undefined

const units: Readonly<Record<string, number>> = { '': 0, K: 1, M: 2, G: 3, T: 4, P: 5 }

/** Bytes of `64G` (powers of 1024) or `400GB` (powers of 1000, as on the disk's label). */
export const parseSize = (text: string): number | undefined => {
  const match = /^(\d+(?:\.\d+)?)([KMGTP]?)(B|iB)?$/.exec(text)
  if (!match) return undefined
  const base = match[3] === 'B' && match[2] !== '' ? 1000 : 1024
  return Math.floor(Number(match[1]) * base ** units[match[2]!]!)
}

const sizeAt = (text: string, at: Position | undefined): number =>
  parseSize(text) ?? wrong(at, `'${text}' is no size`, 'write 64G (powers of 1024) or 400GB (powers of 1000)')

const selectionOf = (name: string, set: MkdiskSet, where: Where): Selection => {
  const { first, last, type, least, most, model, serial, path, count } = set
  if (first !== undefined && last !== undefined && last < first)
    wrong(where('sets', name, 'last'), `the set '${name}' ends before it begins`)
  return {
    ...(first === undefined ? {} : { first }),
    ...(last === undefined ? {} : { last }),
    ...(type === undefined ? {} : { type }),
    ...(least === undefined ? {} : { least: sizeAt(least, where('sets', name, 'least')) }),
    ...(most === undefined ? {} : { most: sizeAt(most, where('sets', name, 'most')) }),
    ...(model === undefined ? {} : { model }),
    ...(serial === undefined ? {} : { serial }),
    ...(path === undefined ? {} : { path }),
    ...(count === undefined ? {} : { count }),
  }
}

const volumeOf = (name: string, volume: MkdiskVolume, where: Where): Volume => {
  const at = (field: string) => where('volumes', name, field)
  const { level, filesystem: fs, mount, size, mkfs = [], options, key, required = true } = volume
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name))
    wrong(where('volumes', name), `'${name}' cannot name a volume`, 'use letters, digits, dots and dashes')
  if (name.length > fileSystems[fs])
    wrong(where('volumes', name), `'${name}' is too long for a label of ${fs}: ${fileSystems[fs]} letters at most`)
  if (fs === 'swap' && mount !== undefined) wrong(at('mount'), `the volume '${name}' is swap and has no mount point`)
  if (fs !== 'swap' && (mount === undefined || !isPlainPath(mount)))
    wrong(at('mount'), `the volume '${name}' needs a mount point, an absolute path`)
  return {
    name,
    level,
    fs,
    ...(mount === undefined ? {} : { mount }),
    ...(size === undefined ? {} : { size: sizeAt(size, at('size')) }),
    mkfs,
    options: options ?? (fs === 'swap' ? [] : usualOptions),
    ...(key === undefined ? {} : { key }),
    required,
  }
}

/** The disk sets of a layout. Throws a Failure 'disk.profile'. */
export const parseLayout = ({ sets, volumes }: Layout, where: Where = () => undefined): readonly DiskSet[] => {
  const all = Object.entries(volumes).map(([name, volume]) => {
    if (!Object.hasOwn(sets, volume.set))
      wrong(
        where('volumes', name, 'set'),
        `the volume '${name}' is on the set '${volume.set}', which is not there`,
        suggest(volume.set, Object.keys(sets)),
      )
    return { set: volume.set, volume: volumeOf(name, volume, where) }
  })
  checkVolumes(all.map(({ volume }) => volume))
  return Object.entries(sets).flatMap(([name, set]): DiskSet[] => {
    const own = all.filter((each) => each.set === name).map(({ volume }) => volume)
    if (own.length === 0) return []
    const rest = own.slice(0, -1).find(({ size }) => size === undefined)
    if (rest)
      wrong(
        where('volumes', rest.name),
        `the volume '${rest.name}' needs a size`,
        `only the last volume of the set '${name}' takes what the others leave`,
      )
    const spares = set.spares ?? 0
    const lone = own.find(({ level }) => level === 'single' || level === 'raid0')
    if (spares > 0 && lone)
      wrong(where('sets', name, 'spares'), `${lone.level} of '${lone.name}' has no use for a spare`)
    return [
      {
        what: `set '${name}' (${own.map((volume) => `${volume.level} at ${volume.mount ?? 'swap'}`).join(', ')})`,
        disks: selectionOf(name, set, where),
        spares,
        isPartitioned: own.length > 1 || own[0]?.size !== undefined,
        volumes: own,
      },
    ]
  })
}

/** The least number of disks that a set needs. */
export const leastOf = ({ volumes, spares }: DiskSet): number =>
  Math.max(...volumes.map(({ level }) => levels[level])) + spares

const { sets, volumes } = nodeSchema.definitions.mkdisk.properties
const checkShape = schemaCheck({
  type: 'object',
  additionalProperties: false,
  required: ['sets', 'volumes'],
  properties: { sets, volumes },
  definitions: nodeSchema.definitions,
})

const nodeAt = (node: YamlNode, [key, ...rest]: readonly string[]): Position => {
  if (key === undefined) return node.at
  if (node.kind === 'list') return node.items[Number(key)] ? nodeAt(node.items[Number(key)]!, rest) : node.at
  if (node.kind === 'map') {
    const entry = node.entries.get(key)
    if (entry) return rest.length === 0 ? entry.at : nodeAt(entry.node, rest)
  }
  return node.at
}

/** A YAML profile, /etc/mkdisk/profiles.d/NAME.yml. */
export const parseYamlProfile = (text: string, file: string): readonly DiskSet[] => {
  const node = loadYaml(text, file)
  const plain = toPlain(node.value)
  const where: Where = (...path) => nodeAt(node, path)
  const [problem] = checkShape(plain)
  if (problem) {
    const path = problem.instancePath.split('/').slice(1)
    const extra = problem.params['additionalProperty']
    const known = Object.keys((problem.parentSchema?.['properties'] as object | undefined) ?? {})
    if (typeof extra === 'string')
      wrong(where(...path, extra), `'${extra}' is no field of ${path.join('.') || 'a profile'}`, suggest(extra, known))
    const allowed = problem.params['allowedValues'] as readonly unknown[] | undefined
    wrong(
      where(...path),
      `${path.join('.') || 'the profile'} ${problem.message ?? 'is wrong'}`,
      allowed && `known: ${allowed.join(', ')}`,
    )
  }
  return parseLayout(plain as Layout, where)
}

/** What parted's machine-readable `print` tells of a disk, in Ansible's names. Numbers are in the unit asked for. */
export type Disk = {
  readonly dev: string
  readonly size: number | CylinderHeadSector
  readonly unit: string
  readonly table: string
  readonly model: string
  readonly logical_block: number
  readonly physical_block: number
  /** Of the units `cyl` and `chs`. */
  readonly chs_info?: Geometry
}

/** How many cylinders, heads and sectors a disk has, and how large a cylinder is. */
type Geometry = {
  readonly cylinders: number
  readonly heads: number
  readonly sectors: number
  readonly cyl_size: number
  readonly cyl_size_unit: string
}

export type Partition = {
  readonly num: number
  readonly begin: number | CylinderHeadSector
  readonly end: number | CylinderHeadSector
  readonly size: number | ''
  readonly fstype: string
  readonly name: string
  readonly flags: readonly string[]
  readonly unit: string
}

export type Printed = { readonly disk: Disk; readonly partitions: readonly Partition[] }

type CylinderHeadSector = { readonly cylinder: number; readonly head: number; readonly sector: number }

const numberOf = (text: string): number | CylinderHeadSector => {
  const [, cylinder, head, sector] = /^(\d+),(\d+),(\d+)$/.exec(text) ?? []
  if (sector === undefined) return Number.parseFloat(text)
  return { cylinder: Number(cylinder), head: Number(head), sector: Number(sector) }
}

/** Fields of a line; parted escapes colons in names. */
const fieldsOf = (line: string): string[] =>
  (line.replace(/;$/, '').match(/(?:\\.|[^:\\])*(?::|$)/g) ?? []).map((field) =>
    field.replace(/:$/, '').replace(/\\(.)/g, '$1'),
  )

const geometryOf = (line: string): Geometry => {
  const [cylinders, heads, sectors, size = ''] = fieldsOf(line)
  return {
    cylinders: Number(cylinders),
    heads: Number(heads),
    sectors: Number(sectors),
    cyl_size: Number.parseFloat(size),
    cyl_size_unit: size.replace(/^[\d.]+/, '').toLowerCase(),
  }
}

/** Reads `parted -m … unit UNIT print`; undefined when there is no line of a disk. */
export const parsePrint = (text: string, unit: string): Printed | undefined => {
  const lines = text.split('\n').filter((line) => line.endsWith(';'))
  const first = lines.findIndex((line) => /^(BYT|CHS|CYL);$/.test(line))
  const [device, size, , logical, physical, table, model] = fieldsOf(lines[first + 1] ?? '')
  if (first < 0 || device === undefined || size === undefined) return undefined
  // `compact` is no unit of the answer: it has one of its own.
  const shown = (unit === 'compact' ? (/[A-Za-z%]+$/.exec(size)?.[0] ?? unit) : unit).toLowerCase()
  const isGeometry = unit === 'cyl' || unit === 'chs'
  const partitions = lines.slice(first + (isGeometry ? 3 : 2)).map((line): Partition => {
    const [number, begin = '', end = '', ...rest] = fieldsOf(line)
    const [length, fstype = '', name = '', flags = ''] = unit === 'chs' ? ['', ...rest] : rest
    return {
      num: Number(number),
      begin: numberOf(begin),
      end: numberOf(end),
      size: unit === 'chs' ? '' : Number.parseFloat(length ?? ''),
      fstype,
      name,
      flags: flags.split(', ').filter((flag) => flag !== ''),
      unit: shown,
    }
  })
  return {
    disk: {
      dev: device,
      size: numberOf(size),
      unit: shown,
      table: table ?? 'unknown',
      model: model ?? '',
      logical_block: Number(logical),
      physical_block: Number(physical),
      ...(isGeometry ? { chs_info: geometryOf(lines[first + 2] ?? '') } : {}),
    },
    partitions,
  }
}

const multiples: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
}

/** A place on a disk as parted takes it: `10GiB`, `-1s`, `50%`. */
export const placePattern = /^(-?\d+(?:\.\d+)?) ?(s|B|[KMGT]i?B|%|cyl)?$|^\d+,\d+,\d+$/

/**
 * Whether a partition that ends at a byte ends where a text says, as exactly as parted takes it: units of 1000 and
 * percents mean about there, others the very sector. undefined for cylinders, which only parted can tell.
 */
export const endsAt = (
  end: number,
  text: string,
  usual: string,
  { size, logical_block: sector }: { readonly size: number; readonly logical_block: number },
): boolean | undefined => {
  const [, number, given] = placePattern.exec(text) ?? []
  const unit = given ?? usual
  const factor = unit === '%' ? size / 100 : unit === 's' ? sector : multiples[unit]
  if (number === undefined || factor === undefined) return undefined
  const wanted = Number(number) * factor
  const place = number.startsWith('-') ? size + wanted : wanted
  const isAbout = unit === '%' || /^[KMGT]B$/.test(unit)
  return Math.abs(end - place) <= Math.max(2 ** 20, isAbout ? factor / 2 : 0)
}

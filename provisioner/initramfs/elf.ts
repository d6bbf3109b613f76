/** What an ELF file says about how it is run. */
export type Elf = {
  /** e_machine: a library serves programs of its own machine alone. */
  readonly machine: number
  /** The loader that the kernel starts for it; libraries name none. */
  readonly interpreter: string | undefined
  /** Names of the libraries it was linked with. */
  readonly needed: readonly string[]
  /** Directories that it wants searched first; `$ORIGIN` is its own. */
  readonly searched: readonly string[]
}

const loadable = 1
const dynamic = 2
const interpreter = 3
const tags = { end: 0, needed: 1, strings: 5, rpath: 15, runpath: 29 }

const isElf64 = (file: Buffer): boolean =>
  file.length >= 64 && file.readUInt32BE(0) === 0x7f454c46 && file[4] === 2 && file[5] === 1

const textAt = (file: Buffer, offset: number): string => {
  const end = file.indexOf(0, offset)
  return file.toString('latin1', offset, end < 0 ? file.length : end)
}

const long = (file: Buffer, offset: number): number => Number(file.readBigUInt64LE(offset))

type Segment = { readonly type: number; readonly offset: number; readonly address: number; readonly size: number }

const segmentsOf = (file: Buffer): readonly Segment[] => {
  const [start, size, count] = [long(file, 32), file.readUInt16LE(54), file.readUInt16LE(56)]
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * size
    return {
      type: file.readUInt32LE(at),
      offset: long(file, at + 8),
      address: long(file, at + 16),
      size: long(file, at + 32),
    }
  })
}

/** Reads a 64-bit little-endian ELF file (x86-64, arm64); undefined for anything else. */
export const readElf = (file: Buffer): Elf | undefined => {
  if (!isElf64(file)) return undefined
  const segments = segmentsOf(file)
  const loader = segments.find(({ type }) => type === interpreter)
  const table = segments.find(({ type }) => type === dynamic)
  const entries: [tag: number, value: number][] = []
  for (let at = table?.offset ?? 0, end = at + (table?.size ?? 0); at < end; at += 16) {
    const tag = long(file, at)
    if (tag === tags.end) break
    entries.push([tag, long(file, at + 8)])
  }
  const address = entries.find(([tag]) => tag === tags.strings)?.[1] ?? 0
  const holder = segments.find(
    (segment) => segment.type === loadable && address >= segment.address && address < segment.address + segment.size,
  )
  const strings = address - (holder?.address ?? 0) + (holder?.offset ?? 0)
  const texts = (...wanted: number[]) =>
    entries.filter(([tag]) => wanted.includes(tag)).map(([, value]) => textAt(file, strings + value))
  return {
    machine: file.readUInt16LE(18),
    interpreter: loader && textAt(file, loader.offset),
    needed: texts(tags.needed),
    searched: texts(tags.rpath, tags.runpath).flatMap((path) => path.split(':')),
  }
}

/** An entry of fstab(5); texts as they are meant, without the file's escapes. */
export type Entry = {
  readonly src: string
  readonly path: string
  readonly fstype: string
  readonly opts: string
  readonly dump: string
  readonly passno: string
}

const escapes: Readonly<Record<string, string>> = {
  ' ': '\\040',
  '\t': '\\011',
  '\n': '\\012',
  '\\': '\\134',
  '#': '\\043',
}

/** A field as fstab and mountinfo write it: blanks and backslashes as octal numbers. */
export const escapeField = (text: string): string => text.replace(/[ \t\n\\#]/g, (one) => escapes[one] ?? one)

export const unescapeField = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))

/** The entry of a line; undefined for comments, empty lines and what is no entry. */
export const parseEntry = (line: string): Entry | undefined => {
  if (line.trimStart().startsWith('#')) return undefined
  const [src, path, fstype, opts = 'defaults', dump = '0', passno = '0'] = line.trim().split(/\s+/).map(unescapeField)
  return src && path && fstype ? { src, path, fstype, opts, dump, passno } : undefined
}

export const formatEntry = ({ src, path, fstype, opts, dump, passno }: Entry): string =>
  [src, path, fstype, opts, dump, passno].map(escapeField).join(' ')

const slashless = (path: string): string => (path === '/' ? path : path.replace(/\/+$/, ''))

/** Whether two entries keep the same place: the mount point, or the device for swap and others without one. */
export const isSamePlace = (one: Pick<Entry, 'path' | 'src'>, other: Pick<Entry, 'path' | 'src'>): boolean => {
  const paths = [slashless(one.path), slashless(other.path)]
  if (paths[0] !== paths[1]) return false
  return paths[0] === 'none' || paths[0] === 'swap' ? one.src === other.src : true
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))

const joined = (lines: readonly string[]): string => (lines.length === 0 ? '' : `${lines.join('\n')}\n`)

/** The last entry for a place, which is the one that counts. */
export const findEntry = (text: string, place: Pick<Entry, 'path' | 'src'>): Entry | undefined =>
  linesOf(text)
    .map(parseEntry)
    .findLast((entry) => entry && isSamePlace(entry, place))

/** The text with the entry where its place had one, else at the end; a line that says the same already stays as it is written. */
export const withEntry = (text: string, entry: Entry): string => {
  const lines = linesOf(text)
  const wanted = formatEntry(entry)
  let isThere = false
  const kept = lines.flatMap((line) => {
    const found = parseEntry(line)
    if (!found || !isSamePlace(found, entry)) return line
    if (isThere) return []
    isThere = true
    return formatEntry(found) === wanted ? line : wanted
  })
  return joined(isThere ? kept : [...kept, wanted])
}

export const withoutEntry = (text: string, place: Pick<Entry, 'path' | 'src'>): string =>
  joined(
    linesOf(text).filter((line) => {
      const found = parseEntry(line)
      return !found || !isSamePlace(found, place)
    }),
  )

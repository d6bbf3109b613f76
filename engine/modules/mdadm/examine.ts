/** What a superblock, or a running array, tells: mdadm's `--export` pairs. */
export type Facts = {
  readonly uuid: string
  /** The name without its host. */
  readonly name: string
  /** `raid1`. */
  readonly level: string
}

/** Reads `MD_UUID=…` lines; undefined when there is no array. */
export const parseExport = (text: string): Facts | undefined => {
  const value = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1] ?? ''
  const uuid = value('MD_UUID')
  if (uuid === '') return undefined
  return { uuid, name: (value('MD_NAME') || value('MD_DEVNAME')).replace(/^[^:]*:/, ''), level: value('MD_LEVEL') }
}

/** Members of a running array, by `mdadm --detail --export`: device and role (`spare` or a number). */
export const parseMembers = (text: string): Map<string, string> => {
  const members = new Map<string, string>()
  for (const [, id = '', device = ''] of text.matchAll(/^MD_DEVICE_(\w+)_DEV=(.*)$/gm)) {
    members.set(device, new RegExp(`^MD_DEVICE_${id}_ROLE=(.*)$`, 'm').exec(text)?.[1] ?? '')
  }
  return members
}

/** Levels as mdadm writes them: `1` is `raid1`. */
export const levelName = (level: string): string => (/^\d+$/.test(level) ? `raid${level}` : level)

/** Identifiers are written in groups of eight digits by mdadm, and as others are by blkid. */
export const sameUuid = (one: string | undefined, other: string): boolean =>
  one?.replace(/[:-]/g, '').toLowerCase() === other.replace(/[:-]/g, '').toLowerCase()

type Array = { readonly device: string; readonly uuid: string | undefined }

/** What an ARRAY line of mdadm.conf is about; undefined for other lines. */
const arrayOf = (line: string): Array | undefined => {
  const [word = '', device = '', ...words] = line.trim().split(/\s+/)
  if (word.toLowerCase() !== 'array') return undefined
  return { device, uuid: words.find((one) => /^uuid=/i.test(one))?.slice('uuid='.length) }
}

/** The text of mdadm.conf without the ARRAY lines of a device and of arrays. */
export const withoutArray = (text: string, uuids: readonly string[], device: string): string =>
  text
    .split('\n')
    .filter((line) => {
      const array = arrayOf(line)
      return !array || (array.device !== device && !uuids.some((uuid) => sameUuid(array.uuid, uuid)))
    })
    .join('\n')

/** The text of mdadm.conf with one ARRAY line for an array; a line that has it already stays as it is written. */
export const withArray = (text: string, uuid: string, device: string): string => {
  const isThere = text.split('\n').some((line) => sameUuid(arrayOf(line)?.uuid, uuid))
  if (isThere) return text
  const rest = withoutArray(text, [], device)
  return `${rest}${rest === '' || rest.endsWith('\n') ? '' : '\n'}ARRAY ${device} UUID=${uuid}\n`
}

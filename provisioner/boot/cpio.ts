/** What a cpio archive holds at a path. All belongs to root. */
export type Member =
  | { readonly path: string; readonly mode: number; readonly content?: Uint8Array }
  | { readonly path: string; readonly link: string }
  | { readonly path: string; readonly mode: number; readonly device: readonly [major: number, minor: number] }

const types = { regular: 0o100000, directory: 0o040000, link: 0o120000, character: 0o020000 }
const empty = Buffer.alloc(0)

const pad = (length: number): Buffer => Buffer.alloc((4 - (length % 4)) % 4)

type Fields = {
  readonly mode: number
  readonly inode: number
  readonly links?: number
  readonly device?: readonly [number, number]
  readonly content?: Uint8Array
}

const record = (path: string, { mode, inode, links = 1, device = [0, 0], content = empty }: Fields): Uint8Array[] => {
  const name = Buffer.from(`${path}\0`)
  const fields = [inode, mode, 0, 0, links, 0, content.length, 0, 0, ...device, name.length, 0]
  const header = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`)
  return [header, name, pad(header.length + name.length), content, pad(content.length)]
}

const memberRecord = (member: Member, inode: number): Uint8Array[] => {
  const { path } = member
  if ('link' in member) return record(path, { inode, mode: types.link | 0o777, content: Buffer.from(member.link) })
  if ('device' in member) return record(path, { inode, mode: types.character | member.mode, device: member.device })
  const { mode, content } = member
  return content
    ? record(path, { inode, mode: types.regular | mode, content })
    : record(path, { inode, mode: types.directory | mode, links: 2 })
}

/**
 * A cpio archive in the `newc` format, as the kernel unpacks an initramfs: a member without content, link or device is a
 * directory, and directories must come before what stands in them. Devices are character devices. Its length is a
 * multiple of 512, so that it may stand before or after another archive.
 */
export const cpio = (members: readonly Member[]): Buffer => {
  const records = members.flatMap((member, index) => memberRecord(member, index + 1))
  records.push(...record('TRAILER!!!', { inode: 0, mode: 0 }))
  const length = records.reduce((sum, { byteLength }) => sum + byteLength, 0)
  return Buffer.concat([...records, Buffer.alloc((512 - (length % 512)) % 512)])
}

/** A member of a cpio archive: a directory when it has no content. All belong to root. */
export type Member = { readonly path: string; readonly mode: number; readonly content?: Uint8Array }

const regular = 0o100000
const directory = 0o040000

const pad = (length: number): Buffer => Buffer.alloc((4 - (length % 4)) % 4)

const record = (path: string, mode: number, inode: number, links: number, content: Uint8Array): Buffer => {
  const name = Buffer.from(`${path}\0`)
  const fields = [inode, mode, 0, 0, links, 0, content.length, 0, 0, 0, 0, name.length, 0]
  const header = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`)
  return Buffer.concat([header, name, pad(header.length + name.length), content, pad(content.length)])
}

/**
 * A cpio archive in the `newc` format, as the kernel unpacks an initramfs; directories must come before what stands in
 * them. Its length is a multiple of 512, so that it may stand before or after another archive.
 */
export const cpio = (members: readonly Member[]): Buffer => {
  const records = members.map(({ path, mode, content }, index) =>
    content
      ? record(path, regular | mode, index + 1, 1, content)
      : record(path, directory | mode, index + 1, 2, Buffer.alloc(0)),
  )
  const archive = Buffer.concat([...records, record('TRAILER!!!', 0, 0, 1, Buffer.alloc(0))])
  return Buffer.concat([archive, Buffer.alloc((512 - (archive.length % 512)) % 512)])
}

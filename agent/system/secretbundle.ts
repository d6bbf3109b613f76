import { Failure } from '../../engine/failure.ts'

export type SecretFile = { readonly name: string; readonly required: boolean; readonly content: Buffer }

export type SecretBundle = {
  readonly files: readonly SecretFile[]
  /** Optional secrets that are not set. */
  readonly missing: readonly string[]
}

const value = (code: number): number => {
  if (code >= 65 && code <= 90) return code - 65
  if (code >= 97 && code <= 122) return code - 71
  if (code >= 48 && code <= 57) return code + 4
  if (code === 43) return 62
  if (code === 47) return 63
  return -1
}

/** base64 to bytes without a string in between: a string of V8 cannot be overwritten afterwards. */
export const decodeBase64 = (text: Uint8Array): Buffer => {
  const bytes = Buffer.alloc(Math.floor((text.length * 3) / 4))
  let length = 0
  let bits = 0
  let held = 0
  for (const code of text) {
    const six = value(code)
    if (six < 0) continue
    held = ((held << 6) | six) & 0xffffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes[length++] = (held >> bits) & 0xff
  }
  return bytes.subarray(0, length)
}

const marker = Buffer.from('"content":"')
const quotation = 0x22

/**
 * The files of a secret bundle (schema/secrets.schema.json). The contents are cut out of the JSON before it is parsed, so
 * that no string ever holds them, and `json` is overwritten. Names never lead out of their directory.
 */
export const parseSecretBundle = (json: Buffer): SecretBundle => {
  const contents: Buffer[] = []
  const rest: Buffer[] = []
  try {
    let from = 0
    for (;;) {
      const start = json.indexOf(marker, from)
      if (start < 0) break
      const end = json.indexOf(quotation, start + marker.length)
      if (end < 0) break
      rest.push(json.subarray(from, start), Buffer.from(`"content":"${contents.length}`))
      contents.push(decodeBase64(json.subarray(start + marker.length, end)))
      from = end
    }
    rest.push(json.subarray(from))
    const { files, missing } = JSON.parse(Buffer.concat(rest).toString()) as {
      files: { name: string; required: boolean; content: string }[]
      missing: string[]
    }
    const read = files.map(({ name, required, content }) => {
      if (!/^[A-Za-z0-9._-]+$/.test(name) || name === '.' || name === '..')
        throw new Failure('secrets.name', `a secret may not be called '${name}'`)
      const bytes = contents[Number(content)]
      if (!bytes) throw new Failure('secrets.bundle', `the secret '${name}' has no content`)
      return { name, required, content: bytes }
    })
    return { files: read, missing: missing.map(String) }
  } catch (thrown) {
    for (const content of contents) content.fill(0)
    if (thrown instanceof Failure) throw thrown
    // the parser's own message may quote what it read
    throw new Failure('secrets.bundle', 'the answer with the secrets is not what schema/secrets.schema.json says')
  } finally {
    json.fill(0)
  }
}

import { randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import type { UriParameters } from '../../../schema/types.ts'
import { Failure } from '../../failure.ts'
import type { Host } from '../module.ts'

/** A request's content and its type. */
export type Body = { readonly bytes: Buffer; readonly type?: string }

const pairs = (body: unknown): [string, unknown][] => {
  if (Array.isArray(body) && body.every((item) => Array.isArray(item) && item.length === 2)) return body
  if (body !== null && typeof body === 'object' && !Array.isArray(body)) return Object.entries(body)
  throw new Failure('module.parameter', "'body' must be a dictionary or a list of pairs for this 'body_format'")
}

const urlEncoded = (body: unknown): string => {
  if (typeof body === 'string') return body
  const fields = pairs(body).flatMap(([name, value]): [string, string][] =>
    (Array.isArray(value) ? value : [value]).map((one) => [name, String(one)]),
  )
  return new URLSearchParams(fields).toString()
}

type Part = { readonly content?: string; readonly filename?: string; readonly mime_type?: string }

const multipart = async (host: Host, body: unknown): Promise<Body> => {
  const boundary = randomBytes(16).toString('hex')
  const chunks: Buffer[] = []
  for (const [name, value] of pairs(body)) {
    const part: Part = value !== null && typeof value === 'object' ? value : { content: String(value) }
    const { filename, content, mime_type } = part
    const bytes =
      content === undefined && filename !== undefined
        ? await host.controller.read(await host.controller.find('files', filename))
        : Buffer.from(content ?? '')
    const file = filename === undefined ? '' : `; filename="${basename(filename)}"`
    const type = mime_type ?? (filename === undefined ? 'text/plain' : 'application/octet-stream')
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\nContent-Type: ${type}\r\n\r\n`
    chunks.push(Buffer.from(head), bytes, Buffer.from('\r\n'))
  }
  chunks.push(Buffer.from(`--${boundary}--\r\n`))
  return { bytes: Buffer.concat(chunks), type: `multipart/form-data; boundary=${boundary}` }
}

/** The content that a task sends; undefined when it sends none. */
export const bodyOf = async (host: Host, params: UriParameters): Promise<Body | undefined> => {
  const { body, body_format, src, remote_src } = params
  if (src !== undefined) {
    const bytes = remote_src
      ? await host.read(src)
      : await host.controller.read(await host.controller.find('files', src))
    return { bytes }
  }
  if (body === undefined || body === null) return undefined
  switch (body_format) {
    case 'json':
      return { bytes: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), type: 'application/json' }
    case 'form-urlencoded':
      return { bytes: Buffer.from(urlEncoded(body)), type: 'application/x-www-form-urlencoded' }
    case 'form-multipart':
      return multipart(host, body)
    default:
      return { bytes: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) }
  }
}

import { Readable } from 'node:stream'
import { refuse } from '../http/content.ts'
import { matches, rangeOf } from '../http/ranges.ts'
import type { Call } from '../http/route.ts'
import { isDigest } from '../store/digest.ts'

/** GET /blobs/:digest: immutable content, in ranges, so that a transfer resumes and any cache may keep it. */
export const sendBlob = async ({ context, services: { state } }: Call): Promise<Response> => {
  const digest = context.req.param('digest') ?? ''
  const blob = isDigest(digest) ? await state.blobs.stat(digest) : undefined
  if (!blob) return refuse(404, `there is no content ${digest}`)
  const etag = `"${digest}"`
  const headers: Record<string, string> = {
    'Content-Type': 'application/octet-stream',
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'public, max-age=31536000, immutable',
    ETag: etag,
  }
  if (matches(context.req.header('If-None-Match'), etag)) return new Response(null, { status: 304, headers })
  const condition = context.req.header('If-Range')
  const asked = condition === undefined || condition === etag ? context.req.header('Range') : undefined
  const range = rangeOf(asked, blob.size)
  if (range === 'unsatisfiable')
    return refuse(416, 'the range begins after the end', { 'Content-Range': `bytes */${blob.size}` })
  const length = range ? range.end - range.start + 1 : blob.size
  headers['Content-Length'] = String(length)
  if (range) headers['Content-Range'] = `bytes ${range.start}-${range.end}/${blob.size}`
  const status = range ? 206 : 200
  if (context.req.method === 'HEAD' || length === 0) return new Response(null, { status, headers })
  const stream = Readable.toWeb(await state.blobs.open(digest, range))
  return new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>, { status, headers })
}

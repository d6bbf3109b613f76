import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DigestFile } from '../../../agent/system/digestfile.ts'
import { type Download, type DownloadResult, download } from '../../../agent/system/download.ts'
import { silentLog } from '../../../engine/log.ts'

// Servers of one content that answer each request as they are told, and a download from them.

export type Answer = (request: IncomingMessage, response: ServerResponse) => unknown

export const sha256 = (data: Uint8Array): string => `sha256:${createHash('sha256').update(data).digest('hex')}`

/** The first byte that a request asks for. */
export const firstByte = (request: IncomingMessage): number =>
  Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)

/** What a well-behaved server says, up to byte `end`, where the transfer breaks off. */
export const content =
  (whole: Buffer, end = whole.length, etag = `"${sha256(whole)}"`): Answer =>
  (request, response) => {
    const condition = request.headers['if-range']
    const from = condition === undefined || condition === etag ? firstByte(request) : 0
    response.writeHead(from > 0 ? 206 : 200, {
      etag,
      'content-length': whole.length - from,
      ...(from > 0 ? { 'content-range': `bytes ${from}-${whole.length - 1}/${whole.length}` } : {}),
    })
    if (end === whole.length) return response.end(whole.subarray(from))
    // not destroyed: that would take back what is still on its way
    response.flushHeaders()
    return response.write(whole.subarray(from, end), () => response.socket?.end())
  }

export const status =
  (code: number, headers: http.OutgoingHttpHeaders = {}, body = ''): Answer =>
  (_, response) => {
    response.writeHead(code, headers).end(body)
  }

export type Asked = { readonly server: number; readonly from: number; readonly condition: string | undefined }

export type Outcome = {
  readonly result?: DownloadResult
  readonly thrown?: unknown
  /** Digest of the file. */
  readonly digest: string
  readonly asked: readonly Asked[]
  readonly log: readonly string[]
}

/** Serves the answers of each server in turn (the last one repeats), and downloads. */
export const downloadFrom = async (
  servers: readonly (readonly Answer[])[],
  wanted: Pick<Download, 'digest' | 'size'> & Partial<Download>,
): Promise<Outcome> => {
  const directory = await mkdtemp(join(tmpdir(), 'download-'))
  const asked: Asked[] = []
  const log: string[] = []
  const listening = await Promise.all(
    servers.map(async (answers, index) => {
      let count = 0
      const server = http.createServer((request, response) => {
        asked.push({ server: index, from: firstByte(request), condition: request.headers['if-range'] as string })
        answers[Math.min(count++, answers.length - 1)]!(request, response)
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  try {
    const path = join(directory, 'image')
    const settled = await download(new DigestFile(path), {
      urls: listening.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/blobs/x`),
      budget: 30,
      log: { ...silentLog, info: (text) => log.push(text), warning: (text) => log.push(text) },
      first: 2,
      longest: 10,
      ...wanted,
    }).then(
      (result) => ({ result }),
      (thrown: unknown) => ({ thrown }),
    )
    return { ...settled, digest: sha256(await readFile(path).catch(() => Buffer.alloc(0))), asked, log }
  } finally {
    for (const server of listening) server.closeAllConnections()
    await Promise.all(listening.map((server) => new Promise((resolve) => server.close(resolve))))
    await rm(directory, { recursive: true })
  }
}

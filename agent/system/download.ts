import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { Failure, messageOf } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import { type HttpAnswer, HttpFailure, reasonOf, refusal, request } from './http.ts'
import { retry } from './retry.ts'

export type Download = {
  /** The same content on each server, first choice first. */
  readonly urls: readonly string[]
  /** `sha256:` and 64 hex digits. */
  readonly digest: string
  readonly size: number
  /** Seconds that fetching may take in all. */
  readonly budget: number
  readonly log: Log
  /** Milliseconds without a byte after which a server is given up. */
  readonly idle?: number
  /** Called as bytes arrive, with how many there are. */
  readonly progress?: (bytes: number) => void
  /** Milliseconds of the first and the longest pause between attempts. */
  readonly first?: number
  readonly longest?: number
}

export type DownloadResult = { readonly attempts: number; readonly ms: number }

/** How often content of the right size and a wrong digest is fetched anew before the boot is given up. */
const corruptionLimit = 3

type State = { written: number; hash: ReturnType<typeof createHash>; etag: string | undefined; file: FileHandle }

const restart = async (state: State): Promise<void> => {
  await state.file.truncate(0)
  state.written = 0
  state.hash = createHash('sha256')
}

/** Places the file where the answer's first byte belongs, or throws when the answer is not the content asked for. */
const accept = async (url: string, answer: HttpAnswer, state: State, size: number): Promise<void> => {
  const refuse = (message: string) => {
    answer.body.destroy()
    throw new HttpFailure(`${url}: ${message}`)
  }
  if (answer.status === 206) {
    const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(answer.headers['content-range'] ?? '')
    if (Number(range?.[1]) !== state.written || Number(range?.[3]) !== size) {
      await restart(state)
      refuse(`a wrong range: ${answer.headers['content-range'] ?? 'none'}`)
    }
  } else if (answer.status === 200) {
    // a page of another program often comes without its length: then it is not the content either
    const length = answer.headers['content-length']
    if (Number(length) !== size) refuse(`${length ?? 'an unknown number of'} bytes instead of ${size}`)
    await restart(state)
  } else if (answer.status === 416) {
    await restart(state)
    refuse('the range cannot be served; starting over')
  } else {
    throw refusal(url, answer, await reasonOf(answer))
  }
  state.etag = answer.headers.etag
}

const receive = async (url: string, answer: HttpAnswer, state: State, wanted: Download): Promise<void> => {
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      if (state.written + chunk.length > wanted.size) {
        await restart(state)
        throw new HttpFailure(`${url}: more than ${wanted.size} bytes`)
      }
      for (let from = 0; from < chunk.length; ) {
        from += (await state.file.write(chunk, from, chunk.length - from, state.written + from)).bytesWritten
      }
      state.hash.update(chunk)
      state.written += chunk.length
      wanted.progress?.(state.written)
    }
  } catch (thrown) {
    if (thrown instanceof Failure) throw thrown
    const code = (thrown as NodeJS.ErrnoException).code
    if (code === 'ENOSPC')
      throw new Failure('image.space', `no memory left after ${state.written} bytes`, { cause: thrown })
    throw new HttpFailure(`${url}: broken off after ${state.written} of ${wanted.size} bytes: ${messageOf(thrown)}`, {
      cause: thrown,
    })
  }
  if (state.written < wanted.size) throw new HttpFailure(`${url}: ended after ${state.written} of ${wanted.size} bytes`)
}

/**
 * Fetches content whose digest and size are known into a file. The digest is computed while bytes arrive; a broken
 * transfer goes on where it stopped, on the next server; the file has the right content when this returns. Throws
 * 'image.digest' when a server keeps sending other content, 'image.space' when memory is full, else the last failure.
 */
export const download = async (path: string, wanted: Download): Promise<DownloadResult> => {
  const start = performance.now()
  let attempts = 0
  let corrupt = 0
  const state: State = { written: 0, hash: createHash('sha256'), etag: undefined, file: await open(path, 'w', 0o600) }
  try {
    await retry(
      wanted.urls,
      async (url) => {
        attempts++
        // Blobs are named by their digest and immutable: what one server began another can finish. If-Range guards
        // against a server whose ETag says otherwise.
        const resume = state.written > 0
        const answer = await request(url, {
          headers: resume
            ? { range: `bytes=${state.written}-`, ...(state.etag ? { 'if-range': state.etag } : {}) }
            : {},
          ...(wanted.idle === undefined ? {} : { idle: wanted.idle }),
        })
        await accept(url, answer, state, wanted.size)
        if (resume && state.written > 0) wanted.log.info(`going on at byte ${state.written}`)
        await receive(url, answer, state, wanted)
        const digest = `sha256:${state.hash.digest('hex')}`
        if (digest === wanted.digest) return
        await restart(state)
        const message = `${url} sends ${digest}, not ${wanted.digest}`
        if (++corrupt >= corruptionLimit) throw new Failure('image.digest', message)
        throw new HttpFailure(message)
      },
      {
        log: wanted.log,
        what: 'download',
        budget: wanted.budget,
        ...(wanted.first === undefined ? {} : { first: wanted.first }),
        ...(wanted.longest === undefined ? {} : { longest: wanted.longest }),
      },
    )
  } finally {
    await state.file.close()
  }
  return { attempts, ms: performance.now() - start }
}

import { Failure, messageOf } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import type { DigestFile } from './digestfile.ts'
import { type HttpAnswer, HttpFailure, reasonOf, refusal, request } from './http.ts'
import { retry } from './retry.ts'
import { type Sink, Wire } from './wire.ts'

export type Download = {
  /** The same content on each server, first choice first. */
  readonly urls: readonly string[]
  /** `sha256:` and 64 hex digits. */
  readonly digest: string
  readonly size: number
  /** Seconds that fetching may take in all, waits that busy servers ask for aside; they may ask for `patience` seconds. */
  readonly budget: number
  readonly patience?: number
  readonly log: Log
  /** Milliseconds without a byte after which a server is given up. */
  readonly idle?: number
  /** Bytes a second below which a server is given up, over `window` milliseconds (30 s): one that drips is as bad as none. */
  readonly rate?: number
  readonly window?: number
  /** Called as bytes arrive, with how many there are. */
  readonly progress?: (bytes: number) => void
  /** Milliseconds of the first and the longest pause between attempts. */
  readonly first?: number
  readonly longest?: number
}

export type DownloadResult = { readonly attempts: number; readonly ms: number }

/** How often a server may send content of the right size and a wrong digest before it is left out. */
const corruptionLimit = 3

/** Bytes a second that even a crowded network brings; 500 MiB would take more than two hours at this rate. */
const leastRate = 64 * 1024

type State = {
  written: number
  /** The last answer's, with the server that gave it: each kind of server has its own way to make them. */
  etag: { readonly url: string; readonly value: string } | undefined
  /** Who sent the first byte. */
  source: string | undefined
  readonly file: DigestFile
}

const restart = (state: State): void => {
  state.file.restart()
  state.written = 0
}

/** Places the file where the answer's first byte belongs, or throws when the answer is not the content asked for. */
const accept = async (url: string, wire: Wire, answer: HttpAnswer, state: State, size: number): Promise<void> => {
  const refuse = (message: string) => {
    answer.body.destroy()
    throw new HttpFailure(`${url}: ${message}`)
  }
  const length = answer.headers['content-length']
  if (answer.status === 206) {
    const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(answer.headers['content-range'] ?? '')
    const count = Number(range?.[2]) - Number(range?.[1]) + 1
    if (Number(range?.[1]) !== state.written || Number(range?.[3]) !== size || Number(length) !== count) {
      restart(state)
      refuse(`a wrong range: ${answer.headers['content-range'] ?? 'none'}`)
    }
  } else if (answer.status === 200) {
    // a page of another program often comes without its length: then it is not the content either
    if (Number(length) !== size) refuse(`${length ?? 'an unknown number of'} bytes instead of ${size}`)
    restart(state)
  } else if (answer.status === 416) {
    restart(state)
    refuse('the range cannot be served; starting over')
  } else {
    wire.pass()
    throw refusal(url, answer, await reasonOf(answer))
  }
  if (state.written === 0) state.source = url
  state.etag = answer.headers.etag === undefined ? undefined : { url, value: answer.headers.etag }
}

/** Looks at what arrived whenever a window is over. Throws when it was too little: an HttpFailure. */
const rateCheck = (url: string, { rate = leastRate, window = 30_000 }: Download) => {
  let since = performance.now()
  let bytes = 0
  return (length: number): void => {
    bytes += length
    const ms = performance.now() - since
    if (ms < window) return
    if ((bytes / ms) * 1000 < rate)
      throw new HttpFailure(`${url}: too slow, ${bytes} bytes in ${Math.round(ms / 1000)} s`)
    since = performance.now()
    bytes = 0
  }
}

/** The file, as what a connection fills. */
const sinkOf = (url: string, state: State, wanted: Download): Sink => {
  const checkRate = rateCheck(url, wanted)
  return {
    room: () => state.file.room(),
    filled: (bytes) => {
      const wait = state.file.filled(bytes)
      state.written += bytes
      wanted.progress?.(state.written)
      checkRate(bytes)
      return wait
    },
  }
}

const receive = async (
  url: string,
  { wire, answer }: { readonly wire: Wire; readonly answer: HttpAnswer },
  state: State,
  wanted: Download,
  signal: AbortSignal,
): Promise<void> => {
  const from = state.written
  try {
    await wire.into(sinkOf(url, state, wanted), Number(answer.headers['content-length']))
  } catch (thrown) {
    if (thrown instanceof Failure) throw thrown
    const reason = signal.aborted ? 'the time for it is over' : messageOf(thrown)
    throw new HttpFailure(`${url}: broken off after ${state.written} of ${wanted.size} bytes: ${reason}`, {
      cause: thrown,
      hasMoved: state.written > from,
    })
  }
  if (state.written < wanted.size)
    throw new HttpFailure(`${url}: ended after ${state.written} of ${wanted.size} bytes`, {
      hasMoved: state.written > from,
    })
}

/**
 * Fetches content whose digest and size are known into a file, and lets go of the file. The digest is computed while bytes
 * arrive; a broken transfer goes on where it stopped, on the next server; the file has the right content when this returns.
 * Throws 'image.digest' when servers keep sending other content, 'image.space' when memory is full, 'image.write' when the file
 * cannot be written, else the last failure.
 */
export const download = async (file: DigestFile, wanted: Download): Promise<DownloadResult> => {
  const start = performance.now()
  let attempts = 0
  const corrupt = new Map<string, number>()
  const state: State = {
    written: 0,
    etag: undefined,
    source: undefined,
    file,
  }
  try {
    await retry(
      wanted.urls,
      async (url, signal) => {
        attempts++
        // Blobs are named by their digest and immutable: what one server began another can finish, until somebody sent
        // something else: then each server answers for all of it. If-Range guards against one that changed its content.
        if (corrupt.size > 0 && url !== state.source) restart(state)
        const resume = state.written > 0
        const condition = state.etag?.url === url ? { 'if-range': state.etag.value } : {}
        const { idle = 30_000 } = wanted
        const wire = new Wire(url, idle)
        const answer = await request(url, {
          headers: resume ? { range: `bytes=${state.written}-`, ...condition } : {},
          idle,
          connection: wire,
          signal,
        })
        await accept(url, wire, answer, state, wanted.size)
        if (resume && state.written > 0) wanted.log.info(`going on at byte ${state.written}`)
        await receive(url, { wire, answer }, state, wanted, signal)
        const digest = await state.file.digest()
        if (digest === wanted.digest) return
        restart(state)
        const count = (corrupt.get(url) ?? 0) + 1
        corrupt.set(url, count)
        throw new HttpFailure(`${url} sends ${digest}, not ${wanted.digest}`, {
          code: 'image.digest',
          final: count >= corruptionLimit,
        })
      },
      {
        log: wanted.log,
        what: 'download',
        budget: wanted.budget,
        ...(wanted.patience === undefined ? {} : { patience: wanted.patience }),
        ...(wanted.first === undefined ? {} : { first: wanted.first }),
        ...(wanted.longest === undefined ? {} : { longest: wanted.longest }),
      },
    )
  } finally {
    file.close()
  }
  return { attempts, ms: performance.now() - start }
}

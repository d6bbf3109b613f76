import { Worker } from 'node:worker_threads'
import { Failure, messageOf } from '../../engine/failure.ts'
import type { Sink } from './wire.ts'

/** What the thread is asked; buffers come back to be filled again. */
type Asked =
  | { readonly type: 'write'; readonly buffer: ArrayBuffer; readonly length: number }
  | { readonly type: 'restart' | 'digest' | 'close' }
type Told =
  | { readonly type: 'written'; readonly buffer: ArrayBuffer }
  | { readonly type: 'digest'; readonly digest: string }
  | { readonly type: 'failed'; readonly code: string | undefined; readonly message: string; readonly written: number }

/** The thread. It is started from this function's own text, as the agent is a single file; so it names nothing outside of itself. */
const write = (): void => {
  const { createHash } = process.getBuiltinModule('node:crypto')
  const { closeSync, ftruncateSync, openSync, writeSync } = process.getBuiltinModule('node:fs')
  const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads')
  const tell = (told: Told, ...moved: ArrayBuffer[]) => parentPort?.postMessage(told, moved)
  const fd = openSync(workerData as string, 'w', 0o600)
  let hash = createHash('sha256')
  let written = 0
  const take = (asked: Asked): void => {
    switch (asked.type) {
      case 'write': {
        const chunk = Buffer.from(asked.buffer, 0, asked.length)
        for (let from = 0; from < chunk.length; )
          from += writeSync(fd, chunk, from, chunk.length - from, written + from)
        hash.update(chunk)
        written += chunk.length
        tell({ type: 'written', buffer: asked.buffer }, asked.buffer)
        break
      }
      case 'restart':
        ftruncateSync(fd, 0)
        written = 0
        hash = createHash('sha256')
        break
      case 'digest':
        tell({ type: 'digest', digest: `sha256:${hash.copy().digest('hex')}` })
        break
      case 'close':
        closeSync(fd)
        parentPort?.close()
    }
  }
  parentPort?.on('message', (asked: Asked) => {
    try {
      take(asked)
    } catch (thrown) {
      const { code, message } = thrown as NodeJS.ErrnoException
      tell({ type: 'failed', code, message, written })
    }
  })
}

/** Bytes that go to the thread at once, and how many of them may be on their way before `filled` asks to wait. */
const size = 1 << 20
const most = 4

const failureOf = ({ code, message, written }: Extract<Told, { type: 'failed' }>): Failure =>
  code === 'ENOSPC'
    ? new Failure('image.space', `no memory left after ${written} bytes`)
    : new Failure('image.write', `after ${written} bytes: ${message}`)

/**
 * A file that another thread writes, computing the SHA-256 of it, while this one receives what comes next. When it cannot be
 * written, the next call throws or rejects with a Failure: 'image.space' when there is no room, else 'image.write'.
 */
export class DigestFile implements Sink {
  readonly #worker: Worker
  readonly #free: ArrayBuffer[] = []
  #buffer: ArrayBuffer | undefined
  #used = 0
  #away = 0
  #failure: Failure | undefined
  #drained = Promise.withResolvers<void>()
  #digest = Promise.withResolvers<string>()
  readonly #ended = Promise.withResolvers<void>()

  constructor(path: string) {
    this.#worker = new Worker(`(${write})()`, { eval: true, workerData: path })
    this.#worker.on('message', (told: Told) => this.#hear(told))
    this.#worker.on('error', (cause) => this.#fail(new Failure('image.write', messageOf(cause), { cause })))
    this.#worker.on('exit', () => this.#ended.resolve())
    this.#digest.promise.catch(() => {})
    this.#drained.promise.catch(() => {})
  }

  #fail(failure: Failure): void {
    this.#failure ??= failure
    this.#drained.reject(this.#failure)
    this.#digest.reject(this.#failure)
  }

  #hear(told: Told): void {
    if (told.type === 'failed') this.#fail(failureOf(told))
    else if (told.type === 'digest') this.#digest.resolve(told.digest)
    else {
      this.#free.push(told.buffer)
      this.#away--
      if (this.#away < most) this.#drained.resolve()
    }
  }

  #ask(asked: Asked, ...moved: ArrayBuffer[]): void {
    if (this.#failure) throw this.#failure
    this.#worker.postMessage(asked, moved)
  }

  #flush(): void {
    const [buffer, length] = [this.#buffer, this.#used]
    if (!buffer || length === 0) return
    this.#buffer = undefined
    this.#used = 0
    this.#away++
    this.#ask({ type: 'write', buffer, length }, buffer)
  }

  room(): Uint8Array {
    this.#buffer ??= this.#free.pop() ?? new ArrayBuffer(size)
    return new Uint8Array(this.#buffer, this.#used)
  }

  /** Appends what was put into `room`. When much is on its way it gives what to wait for before more is read. */
  filled(bytes: number): Promise<void> | undefined {
    this.#used += bytes
    if (this.#used === size) this.#flush()
    if (this.#away < most) return undefined
    this.#drained = Promise.withResolvers<void>()
    this.#drained.promise.catch(() => {})
    return this.#drained.promise
  }

  /** Begins anew with an empty file. */
  restart(): void {
    this.#used = 0
    this.#ask({ type: 'restart' })
  }

  /** `sha256:` and 64 hex digits of all that was written, when it is written. */
  digest(): Promise<string> {
    this.#digest = Promise.withResolvers<string>()
    this.#digest.promise.catch(() => {})
    this.#flush()
    this.#ask({ type: 'digest' })
    return this.#digest.promise
  }

  /** Lets go of the file; never rejects. */
  async close(): Promise<void> {
    this.#worker.postMessage({ type: 'close' } satisfies Asked)
    await this.#ended.promise
  }
}

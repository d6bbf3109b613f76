import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { Failure, messageOf } from '../../engine/failure.ts'
import type { Sink } from './wire.ts'

/** What the thread is asked; buffers come back to be filled again. */
type Asked =
  | { readonly type: 'take'; readonly buffer: ArrayBuffer; readonly length: number }
  | { readonly type: 'restart' | 'digest' | 'close' }
type Told =
  | { readonly type: 'taken'; readonly buffer: ArrayBuffer }
  | { readonly type: 'digest'; readonly digest: string }

/** The thread. It is started from this function's own text, as the agent is a single file; so it names nothing outside of itself. */
const hash = (): void => {
  const { createHash } = process.getBuiltinModule('node:crypto')
  const { parentPort } = process.getBuiltinModule('node:worker_threads')
  const tell = (told: Told, ...moved: ArrayBuffer[]) => parentPort?.postMessage(told, moved)
  let sum = createHash('sha256')
  parentPort?.on('message', (asked: Asked) => {
    switch (asked.type) {
      case 'take':
        sum.update(new Uint8Array(asked.buffer, 0, asked.length))
        tell({ type: 'taken', buffer: asked.buffer }, asked.buffer)
        break
      case 'restart':
        sum = createHash('sha256')
        break
      case 'digest':
        tell({ type: 'digest', digest: `sha256:${sum.copy().digest('hex')}` })
        break
      case 'close':
        parentPort?.close()
    }
  })
}

/** Bytes that are written, and go to the thread, at once; and how many of them may be on their way before `filled` asks to wait. */
const size = 1 << 20
const most = 4

/** Says why something that writes failed. */
const writing = <T>(written: number, write: () => T): T => {
  try {
    return write()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOSPC')
      throw new Failure('image.space', `no memory left after ${written} bytes`, { cause })
    throw new Failure('image.write', `after ${written} bytes: ${messageOf(cause)}`, { cause })
  }
}

/**
 * A file in memory, and the SHA-256 of it: this thread writes what comes, another one computes. The file is opened when
 * something is written; until then its place need not be there. What cannot be written is a Failure: 'image.space' when there
 * is no room, else 'image.write'.
 */
export class DigestFile implements Sink {
  readonly #path: string
  readonly #worker: Worker
  readonly #free: ArrayBuffer[] = []
  #file: number | undefined
  #buffer: ArrayBuffer | undefined
  #used = 0
  #written = 0
  #away = 0
  #failure: Failure | undefined
  #drained = Promise.withResolvers<void>()
  #digest = Promise.withResolvers<string>()

  constructor(path: string) {
    this.#path = path
    this.#worker = new Worker(`(${hash})()`, { eval: true })
    this.#worker.on('message', (told: Told) => this.#hear(told))
    this.#worker.on('error', (cause) => this.#fail(new Failure('image.write', messageOf(cause), { cause })))
    this.#worker.unref() // an agent whose boot fails before anything is written ends all the same
    this.#digest.promise.catch(() => {})
    this.#drained.promise.catch(() => {})
  }

  #fail(failure: Failure): void {
    this.#failure ??= failure
    this.#drained.reject(this.#failure)
    this.#digest.reject(this.#failure)
  }

  #hear(told: Told): void {
    if (told.type === 'digest') this.#digest.resolve(told.digest)
    else {
      this.#free.push(told.buffer)
      this.#away--
      if (this.#away < most) this.#drained.resolve()
    }
  }

  #ask(asked: Asked, ...moved: ArrayBuffer[]): void {
    if (this.#failure) throw this.#failure
    this.#worker.ref()
    this.#worker.postMessage(asked, moved)
  }

  #write(chunk: Uint8Array): void {
    this.#file ??= openSync(this.#path, 'w', 0o600)
    for (let from = 0; from < chunk.length; )
      from += writeSync(this.#file, chunk, from, chunk.length - from, this.#written + from)
    this.#written += chunk.length
  }

  #flush(): void {
    const [buffer, length] = [this.#buffer, this.#used]
    if (!buffer || length === 0) return
    writing(this.#written, () => this.#write(new Uint8Array(buffer, 0, length)))
    this.#buffer = undefined
    this.#used = 0
    this.#away++
    this.#ask({ type: 'take', buffer, length }, buffer)
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
    const file = this.#file
    if (file !== undefined) writing(0, () => ftruncateSync(file, 0))
    this.#used = 0
    this.#written = 0
    this.#ask({ type: 'restart' })
  }

  /** `sha256:` and 64 hex digits of all that was written, when it is written. */
  async digest(): Promise<string> {
    this.#digest = Promise.withResolvers<string>()
    this.#digest.promise.catch(() => {})
    this.#flush()
    this.#ask({ type: 'digest' })
    return this.#digest.promise
  }

  /** Lets go of the file, and of the thread, which ends by itself. */
  close(): void {
    this.#worker.postMessage({ type: 'close' } satisfies Asked)
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }
}

import { connect, type Socket } from 'node:net'
import { Duplex } from 'node:stream'

/** Where the bytes of a body go as they arrive. */
export type Sink = {
  /** Memory for the next bytes; at least one. */
  room(): Uint8Array
  /** So many bytes lie in that memory now. What it gives is waited for before more is read. */
  filled(bytes: number): Promise<void> | undefined
}

const boundary = '\r\n\r\n'

/**
 * A connection for one HTTP request, whose answer's head goes to Node's client, as its stream, and whose body is received
 * into the memory of a sink, past the client: that would make garbage of as many bytes as an image has, which takes 100 MB
 * of memory and a third of the processor's time.
 */
export class Wire extends Duplex {
  readonly #socket: Socket
  readonly #spare = Buffer.allocUnsafeSlow(64 * 1024)
  /** The last bytes of the head so far, among which its end may begin. */
  #tail = ''
  #isPassing = false
  /** Bytes that came with the end of the head. */
  #rest: Buffer = Buffer.alloc(0)
  #sink: Sink | undefined
  /** Bytes that the sink is still to get. */
  #left = 0
  readonly #done = Promise.withResolvers<void>()

  /** `idle` is in milliseconds: `timeout` is emitted when nothing moved for so long. */
  constructor(url: string, idle: number) {
    super()
    const { hostname, port } = new URL(url)
    this.#socket = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port || 80),
      onread: { buffer: () => this.#nextBuffer(), callback: (bytes, buffer) => this.#receive(bytes, buffer) },
    })
    this.#socket.setTimeout(idle, () => this.emit('timeout'))
    this.#socket.on('error', (cause) => this.destroy(cause))
    this.#socket.on('end', () => this.#end())
    this.#socket.on('close', () => this.#done.reject(new Error('the connection was closed')))
    this.#done.promise.catch(() => {})
  }

  #nextBuffer(): Uint8Array {
    return this.#sink && this.#left > 0 ? this.#sink.room() : this.#spare
  }

  #end(): void {
    if (!this.#sink) this.push(null)
  }

  #receive(bytes: number, buffer: Uint8Array): boolean {
    if (this.#sink) return this.#fill(this.#sink, bytes, buffer)
    const data = Buffer.from(buffer.subarray(0, bytes))
    if (!this.#isPassing) return this.#head(data)
    this.push(data)
    return true
  }

  /** Gives the client what belongs to the head. False at its end: nothing is read until somebody says who wants the body. */
  #head(data: Buffer): boolean {
    const seen = this.#tail + data.toString('latin1')
    const found = seen.indexOf(boundary)
    if (found < 0) {
      this.#tail = seen.slice(1 - boundary.length)
      this.push(data)
      return true
    }
    const end = found + boundary.length - this.#tail.length
    this.#tail = ''
    this.#rest = data.subarray(end)
    this.push(data.subarray(0, end))
    return false
  }

  #fill(sink: Sink, bytes: number, buffer: Uint8Array): boolean {
    try {
      const count = Math.min(bytes, this.#left)
      let wait: Promise<void> | undefined
      if (buffer !== this.#spare) wait = sink.filled(count)
      else {
        for (let from = 0; from < count; ) {
          const room = sink.room()
          const part = buffer.subarray(from, Math.min(count, from + room.length))
          room.set(part)
          from += part.length
          wait = sink.filled(part.length)
        }
      }
      this.#left -= count
      if (this.#left === 0) this.#done.resolve()
      else if (wait)
        wait.then(
          () => this.#socket.resume(),
          (thrown) => this.#fail(thrown),
        )
      return this.#left > 0 && wait === undefined
    } catch (thrown) {
      this.#fail(thrown)
      return false
    }
  }

  #fail(thrown: unknown): void {
    this.#done.reject(thrown)
    this.destroy()
  }

  /** An interim answer was read: the head of another follows. */
  next(): void {
    // not before what is read now, which may have led here, has stopped the socket
    process.nextTick(() => {
      if (this.#head(this.#rest)) this.#socket.resume()
    })
  }

  /** Lets the client have the body after all. */
  pass(): void {
    this.#isPassing = true
    this.push(this.#rest)
    this.#socket.resume()
  }

  /** Receives a body of so many bytes. Rejects when the connection ends before, and with what the sink throws. */
  async into(sink: Sink, bytes: number): Promise<void> {
    this.#sink = sink
    this.#left = bytes
    if (bytes === 0) return
    this.#rest.copy(this.#spare)
    if (this.#fill(sink, this.#rest.length, this.#spare)) this.#socket.resume()
    try {
      await this.#done.promise
    } finally {
      this.destroy()
    }
  }

  override _read(): void {}

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#done.reject(error ?? new Error('the connection was closed'))
    this.#socket.destroy()
    done(error)
  }
}

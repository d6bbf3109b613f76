import { createHash } from 'node:crypto'
import { createServer, type Socket } from 'node:net'

// Disks of guests, in memory and served to QEMU by NBD (the protocol's "newstyle", without TLS): what a file cannot do, they do.
// They count what is written, fail where they are told, and when the power is cut they lose what was not flushed, or a part
// of it, as a disk with a write cache does.

const pageSize = 4096
const zeros = Buffer.alloc(pageSize)

export type DiskRequest = { readonly isWrite: boolean; readonly offset: number; readonly length: number }

export type TestDisk = {
  readonly size: number
  /** What QEMU takes as a file. */
  readonly address: string
  /** Requests that changed anything, and their bytes, since the beginning. */
  readonly written: { requests: number; bytes: number }
  /** What becomes of a request that is not served: an error, or no answer any more. All are served when absent. */
  trouble?: ((request: DiskRequest) => 'error' | 'silence' | undefined) | undefined
  read(offset: number, length: number): Buffer
  write(offset: number, data: Buffer): void
  /** Everything is zeros, as on a new disk. */
  erase(): void
  digest(): string
  /** The offsets at which a text stands. */
  find(text: string): readonly number[]
  /** Of what was not flushed, each page that `isLost` says is again what it was. Returns how many. */
  cut(isLost: () => boolean): number
  close(): Promise<void>
}

const request = { read: 0, write: 1, disconnect: 2, flush: 3, trim: 4, writeZeroes: 6 } as const
const ioError = 5

/** What a disk holds: pages that are not zeros, and those that were there when it was last flushed. */
const openPages = (size: number) => {
  const pages = new Map<number, Buffer>()
  const flushed = new Map<number, Buffer | undefined>()
  const pageAt = (number: number): Buffer => pages.get(number) ?? zeros
  const put = (number: number, page: Buffer | undefined): void => {
    if (page === undefined || page.equals(zeros)) pages.delete(number)
    else pages.set(number, page)
  }
  /** Calls `run` with each page of a range, and the part of it that is meant. */
  const each = (
    offset: number,
    length: number,
    run: (number: number, from: number, to: number, at: number) => void,
  ) => {
    for (let at = offset; at < offset + length; ) {
      const number = Math.floor(at / pageSize)
      const from = at % pageSize
      const to = Math.min(pageSize, from + offset + length - at)
      run(number, from, to, at - offset)
      at += to - from
    }
  }
  return {
    read(offset: number, length: number): Buffer {
      const data = Buffer.alloc(length)
      each(offset, length, (number, from, to, at) => pages.get(number)?.copy(data, at, from, to))
      return data
    },
    /** `data` absent: zeros. `isFua`: not to be lost any more. */
    change(offset: number, length: number, data?: Buffer, isFua = false): void {
      each(offset, length, (number, from, to, at) => {
        if (isFua) flushed.delete(number)
        else if (!flushed.has(number)) flushed.set(number, pages.get(number))
        if (data === undefined && to - from === pageSize) return put(number, undefined)
        const page = Buffer.from(pageAt(number))
        if (data === undefined) page.fill(0, from, to)
        else data.copy(page, from, at, at + to - from)
        put(number, page)
      })
    },
    flush: () => flushed.clear(),
    cut(isLost: () => boolean): number {
      const lost = [...flushed].filter(() => isLost())
      for (const [number, page] of lost) put(number, page)
      flushed.clear()
      return lost.length
    },
    erase: () => {
      pages.clear()
      flushed.clear()
    },
    digest(): string {
      const hash = createHash('sha256').update(`${size}\n`)
      for (const number of [...pages.keys()].sort((one, other) => one - other))
        hash.update(`${number}\n`).update(pageAt(number))
      return hash.digest('hex')
    },
    find(text: string): readonly number[] {
      return [...pages.keys()].flatMap((number) => {
        // a text may begin in one page and end in the next
        const both = Buffer.concat([pageAt(number), pageAt(number + 1).subarray(0, text.length - 1)])
        const at = both.indexOf(text)
        return at < 0 ? [] : [number * pageSize + at]
      })
    },
  }
}

/** Reads a socket by lengths. */
const readerOf = (socket: Socket) => {
  const chunks = socket[Symbol.asyncIterator]()
  let buffer: Buffer = Buffer.alloc(0)
  return async (length: number): Promise<Buffer | undefined> => {
    const parts = [buffer]
    for (let total = buffer.length; total < length; ) {
      const { done, value } = await chunks.next()
      if (done) return undefined
      parts.push(value as Buffer)
      total += (value as Buffer).length
    }
    buffer = parts.length > 1 ? Buffer.concat(parts) : buffer
    const taken = buffer.subarray(0, length)
    buffer = buffer.subarray(length)
    return taken
  }
}

type Reader = ReturnType<typeof readerOf>

const words = (...values: readonly number[]): Buffer => {
  const buffer = Buffer.alloc(values.length * 4)
  values.forEach((value, index) => void buffer.writeUInt32BE(value, index * 4))
  return buffer
}

/** Has flush, FUA, trim and writing of zeros. */
const exportFlags = 1 | 4 | 8 | 32 | 64

/** Both sides say what they can; true when the client wants the disk. */
const negotiate = async (socket: Socket, read: Reader, size: number): Promise<boolean> => {
  socket.write(Buffer.concat([Buffer.from('NBDMAGICIHAVEOPT'), Buffer.from([0, 3])]))
  if (!(await read(4))) return false
  for (;;) {
    const head = await read(16)
    if (!head) return false
    const option = head.readUInt32BE(8)
    const length = head.readUInt32BE(12)
    if (length > 0) await read(length)
    const reply = (type: number, data: Buffer = Buffer.alloc(0)) =>
      socket.write(Buffer.concat([words(0x0003e889, 0x045565a9, option, type, data.length), data]))
    if (option === 7) {
      const info = Buffer.alloc(12)
      info.writeBigUInt64BE(BigInt(size), 2)
      info.writeUInt16BE(exportFlags, 10)
      reply(3, info)
      reply(1)
      return true
    }
    reply(option === 2 ? 1 : 0x80000001)
    if (option === 2) return false
  }
}

/** Opens a disk of `size` bytes at a socket's path. */
export const openDisk = async (path: string, size: number): Promise<TestDisk> => {
  const pages = openPages(size)
  const sockets = new Set<Socket>()
  const serve = async (socket: Socket): Promise<void> => {
    const read = readerOf(socket)
    if (!(await negotiate(socket, read, size))) return
    for (;;) {
      const head = await read(28)
      if (!head) return
      const [flags, type] = [head.readUInt16BE(4), head.readUInt16BE(6)]
      const [offset, length] = [Number(head.readBigUInt64BE(16)), head.readUInt32BE(24)]
      const data = type === request.write ? await read(length) : undefined
      if (type === request.disconnect || (type === request.write && !data)) return
      const isWrite = type === request.write || type === request.trim || type === request.writeZeroes
      const trouble = disk.trouble?.({ isWrite, offset, length })
      if (trouble === 'silence') continue
      const isFailed = trouble === 'error' && type !== request.flush
      if (isWrite && !isFailed) {
        pages.change(offset, length, data, (flags & 1) !== 0)
        disk.written.requests += 1
        disk.written.bytes += length
      }
      if (type === request.flush) pages.flush()
      const answer = [words(0x67446698, isFailed ? ioError : 0), head.subarray(8, 16)]
      if (type === request.read && !isFailed) answer.push(pages.read(offset, length))
      socket.write(Buffer.concat(answer))
    }
  }
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serve(socket)
      .catch(() => {}) // the guest's power was cut
      .finally(() => socket.destroy())
  })
  const disk: TestDisk = {
    size,
    address: `nbd:unix:${path}`,
    written: { requests: 0, bytes: 0 },
    read: pages.read,
    write(offset, data) {
      pages.change(offset, data.length, data)
      pages.flush()
    },
    erase: pages.erase,
    digest: pages.digest,
    find: pages.find,
    cut: pages.cut,
    async close() {
      for (const socket of sockets) socket.destroy()
      const { promise, resolve } = Promise.withResolvers<void>()
      server.close(() => resolve())
      await promise
    },
  }
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.on('error', reject)
  server.listen(path, resolve)
  await promise
  return disk
}

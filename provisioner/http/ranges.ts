import type { ByteRange } from '../store/blobs.ts'

/**
 * The one range that a Range header asks for. undefined: none, or one that this server answers with the whole content
 * (several ranges, another unit); 'unsatisfiable': it begins after the end.
 */
export const rangeOf = (header: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined => {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '')
  if (!match) return undefined
  const [, first = '', last = ''] = match
  if (first === '' && last === '') return undefined
  if (first === '') {
    const length = Math.min(Number(last), size)
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 }
  }
  const start = Number(first)
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (last !== '' && Number(last) < start) return undefined // RFC 9110: an invalid header is as good as none
  return start >= size ? 'unsatisfiable' : { start, end }
}

/** Whether an If-None-Match header names this entity tag; compared weakly, as the header wants it. */
export const matches = (header: string | undefined, etag: string): boolean =>
  (header ?? '').split(',').some((each) => ['*', etag].includes(each.trim().replace(/^W\//, '')))

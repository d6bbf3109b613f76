import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Failure } from '../failure.ts'
import { replaceWhole } from '../replacewhole.ts'
import type { Surroundings } from './surroundings.ts'

/** A file, or standard input. */
export type Input = {
  readonly name: string
  /** None for standard input. */
  readonly path: string | undefined
  readonly exists: boolean
  readonly content: Buffer
}

/** Reads a file; `-` is standard input. @throws Failure when it cannot be read */
export const readInput = async (
  file: string,
  { directory, read }: Surroundings,
  mayBeMissing = false,
): Promise<Input> => {
  if (file === '-') return { name: 'standard input', path: undefined, exists: true, content: await read() }
  const path = resolve(directory, file)
  try {
    return { name: file, path, exists: true, content: await readFile(path) }
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    if (isMissing && mayBeMissing) return { name: file, path, exists: false, content: Buffer.alloc(0) }
    throw new Failure('cli.file', `cannot read ${file}: ${(cause as Error).message}`, { cause })
  }
}

/** Writes a file as a whole; `-` is standard output. */
export const writeOutput = async (
  file: string,
  content: string | Buffer,
  { directory, out }: Surroundings,
): Promise<void> => {
  if (file === '-') return out(content)
  await replaceWhole(resolve(directory, file), content)
}

import { spawn } from 'node:child_process'
import { mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { Failure } from '../failure.ts'
import { splitWords } from '../words.ts'
import type { Surroundings } from './surroundings.ts'

/** Memory is the better place for a secret than a disk. */
const temporaryRoot = async ({ environment }: Surroundings): Promise<string> => {
  for (const place of [environment['XDG_RUNTIME_DIR'], '/dev/shm']) {
    if (
      place &&
      (await stat(place).then(
        (found) => found.isDirectory(),
        () => false,
      ))
    )
      return place
  }
  return tmpdir()
}

const runEditor = async (file: string, { environment }: Surroundings): Promise<void> => {
  const [program = 'vi', ...args] = splitWords(environment['VISUAL'] ?? environment['EDITOR'] ?? 'vi')
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const child = spawn(program, [...args, file], { stdio: 'inherit' })
  child.on('error', (cause) =>
    reject(new Failure('cli.tool', `cannot run the editor '${program}'`, { cause, hint: 'set EDITOR' })),
  )
  child.on('close', (code) => resolve(code ?? 1))
  const code = await promise
  if (code !== 0) throw new Failure('cli.tool', `the editor '${program}' ended with code ${code}: nothing is changed`)
}

/** Overwrites a file before it is removed: on a disk its text would stay readable. */
const wipe = async (path: string): Promise<void> => {
  const { size } = await stat(path)
  const file = await open(path, 'r+')
  try {
    await file.write(Buffer.alloc(size), 0, size, 0)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Lets a person change a text in their editor; the text lies in a directory of ours alone, and is wiped afterwards. */
export const editText = async (plain: Buffer, name: string, surroundings: Surroundings): Promise<Buffer> => {
  const directory = await mkdtemp(join(await temporaryRoot(surroundings), 'play-vault-'))
  const file = join(directory, basename(name))
  try {
    await writeFile(file, plain, { mode: 0o600 })
    await runEditor(file, surroundings)
    const changed = await readFile(file)
    await wipe(file)
    return changed
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

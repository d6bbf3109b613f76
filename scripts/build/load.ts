// What dist/NAME.cjs is: it runs dist/NAME.program.cjs with the code that V8 made of it in an earlier run. Node's own cache
// holds no function that is compiled when it is first called, which are most that a run needs.
import { randomBytes } from 'node:crypto'
import { accessSync, constants, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire, wrap } from 'node:module'
import { dirname } from 'node:path'
import { Script } from 'node:vm'

const filename = __filename.replace(/\.cjs$/, '.program.cjs')
const kept = __filename.replace(/\.cjs$/, '.compiled')

/** The build's digest, which ends the program and begins what was compiled of it: V8 compares no more than lengths. */
const idLength = 64

const readKept = (id: string): Buffer | undefined => {
  try {
    const content = readFileSync(kept)
    return content.toString('latin1', 0, idLength) === id ? content.subarray(idLength) : undefined
  } catch {
    return undefined
  }
}

/** Whoever may not write here runs without, and spends no time on it. */
const mayKeep = (): boolean => {
  try {
    accessSync(dirname(kept), constants.W_OK)
    return true
  } catch {
    return false
  }
}

const keep = (id: string, compiled: Buffer): void => {
  const temporary = `${kept}.${randomBytes(6).toString('hex')}`
  try {
    writeFileSync(temporary, Buffer.concat([Buffer.from(id, 'latin1'), compiled]), { flag: 'wx' })
    renameSync(temporary, kept)
  } catch {
    rmSync(temporary, { force: true })
  }
}

// pure ASCII (the build sees to it): V8 takes half the memory and the time for it
const source = readFileSync(filename, 'latin1')
const id = source.slice(-idLength)
const cachedData = readKept(id)
const script = new Script(wrap(source), {
  filename,
  ...(cachedData ? { cachedData } : {}),
})
if ((!cachedData || script.cachedDataRejected) && mayKeep())
  process.once('exit', () => keep(id, script.createCachedData()))
const module_ = { exports: {} }
script.runInThisContext()(module_.exports, createRequire(filename), module_, filename, dirname(filename))

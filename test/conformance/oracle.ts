import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, writeFileSync } from 'node:fs'
import { homedir, hostname } from 'node:os'
import { join } from 'node:path'
import type { Case } from './case.ts'
import { execute, type Outcome } from './execute.ts'

/** What ansible-core made of a case is kept here; the same case is not run by it again. */
const store = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'prelude-conformance')

const version = execFileSync('ansible-playbook', ['--version'], { encoding: 'utf8' })
const program = readFileSync(join(import.meta.dirname, 'execute.ts'))

/** All that the outcome of a case depends on. */
const keyOf = (one: Case): string => {
  const hash = createHash('sha256').update(version).update(program).update(hostname()).update(JSON.stringify(one))
  for (const name of readdirSync(one.folder, { recursive: true }).map(String).sort()) {
    const path = join(one.folder, name)
    const stat = lstatSync(path)
    hash.update(`\0${name}\0${stat.mode}\0`)
    if (stat.isFile()) hash.update(readFileSync(path))
    if (stat.isSymbolicLink()) hash.update(readlinkSync(path))
  }
  return hash.digest('hex')
}

/** What ansible-core makes of a case. */
export const oracle = async (one: Case): Promise<Outcome> => {
  const file = join(store, keyOf(one))
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    const outcome = await execute(one, 'ansible-core')
    mkdirSync(store, { recursive: true })
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(outcome))
    renameSync(`${file}.${process.pid}`, file)
    return outcome
  }
}

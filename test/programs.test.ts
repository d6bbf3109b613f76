import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { bundle } from '../scripts/build/bundle.ts'
import { runnable } from '../scripts/build/runnable.ts'
import { suite } from './suite.ts'

const test = suite('programs')
let root = ''
test.before(async () => {
  root = await mkdtemp(join(tmpdir(), 'prelude-programs-'))
})
test.after(() => rm(root, { recursive: true }))

const place = (ending: string) => join(root, 'dist', `play.${ending}`)
const make = async (digit: number) => {
  const program = `export const main = async (argv: string[]): Promise<number> => {
const { basename } = await import('node:path')
console.log(${digit}, basename(__dirname), ...argv)
return ${digit}
}\n`
  await writeFile(join(root, 'cli.ts'), program)
  return bundle(root, { name: 'play', entry: 'cli.ts', sourcemap: false })
}
const run = (...args: string[]): string => {
  try {
    return execFileSync(process.execPath, [place('cjs'), ...args], { encoding: 'utf8' })
  } catch (thrown) {
    const { status, stdout, stderr } = thrown as { status: number; stdout: string; stderr: string }
    return `${status}: ${stdout}${stderr}`
  }
}

test('a program runs with what was compiled, and leaves nothing else behind', async () => {
  await runnable(root, 'play', await make(0), ['prime', 'DIRECTORY'])
  const compiled = await readFile(place('compiled'))
  assert.is(run('a', 'b'), '0 dist a b\n')
  assert.equal(await readFile(place('compiled')), compiled)
  assert.equal((await readdir(join(root, 'dist'))).sort(), ['play.cjs', 'play.compiled', 'play.program.cjs'])
})

test('what was compiled of another program of the same length is not run', async () => {
  const before = await readFile(place('compiled'), 'latin1')
  await make(7)
  assert.is(run('x'), '7: 7 dist x\n')
  assert.is.not((await readFile(place('compiled'), 'latin1')).slice(0, 64), before.slice(0, 64))
  assert.is(run('x'), '7: 7 dist x\n')
})

test('a program runs without it, and when it is no such thing', async () => {
  const program = await readFile(place('program.cjs'), 'utf8')
  await writeFile(place('compiled'), `${program.slice(-64)}nonsense`)
  assert.is(run(), '7: 7 dist\n')
  await rm(place('compiled'))
  assert.is(run(), '7: 7 dist\n')
  assert.ok((await readFile(place('compiled'))).length > 64)
})

test('a run that fails while it is made leaves a program that runs', async () => {
  await runnable(root, 'play', await make(3), [])
  assert.is(run(), '3: 3 dist\n')
  assert.equal((await readdir(join(root, 'dist'))).sort(), ['play.cjs', 'play.compiled', 'play.program.cjs'])
})

test.run()

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import * as assert from 'uvu/assert'
import { suite } from './suite.ts'

// schema <- engine <- provisioner | agent: imports go one way.
const root = join(import.meta.dirname, '..')
const test = suite('structure')

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '')

const allowed: Readonly<Record<string, readonly string[]>> = {
  schema: ['schema'],
  engine: ['engine', 'schema'],
  provisioner: ['provisioner', 'engine', 'schema'],
  agent: ['agent', 'engine', 'schema'],
}

/** The relative imports of a file, as paths from the repository's root. */
const importsOf = (file: string): string[] =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) =>
    normalize(join(dirname(file), match[1] ?? '')),
  )

const areaOf = (path: string): string => path.split('/')[0] ?? ''

test('imports go in one direction', () => {
  const wrong: string[] = []
  for (const file of files) {
    const mayUse = allowed[areaOf(file)]
    if (!mayUse) continue
    for (const target of importsOf(file)) {
      if (target !== 'package.json' && !mayUse.includes(areaOf(target))) wrong.push(`${file} imports ${target}`)
    }
  }
  assert.equal(wrong, [])
})

test('only the three programs touch argv, the environment and the exit of the process', () => {
  const programs = new Set(['engine/cli.ts', 'provisioner/cli.ts', 'agent/main.ts'])
  const wrong = files.filter(
    (file) =>
      areaOf(file) === 'engine' &&
      !programs.has(file) &&
      /\bprocess\.(?:(?:argv|exit|exitCode|stdout|stderr|stdin)\b|env[.[])/.test(
        readFileSync(join(root, file), 'utf8'),
      ),
  )
  assert.equal(wrong, [])
})

test('commands are the outermost layer: what they are given by the process, nothing below them has', () => {
  const wrong = files.flatMap((file) =>
    areaOf(file) === 'engine' && file !== 'engine/cli.ts' && !file.startsWith('engine/commands/')
      ? importsOf(file)
          .filter((target) => target.startsWith('engine/commands/') || target === 'engine/cli.ts')
          .map((target) => `${file} imports ${target}`)
      : [],
  )
  assert.equal(wrong, [])
})

test('folders and files are named as what they are', () => {
  const vague = files.filter((file) => /(?:^|\/)(?:utils?|helpers?|manager|common|misc)(?:\.ts|\/)/.test(file))
  assert.equal(vague, [])
  const upper = files.filter((file) => /[A-Z]/.test(file))
  assert.equal(upper, [])
})

test.run()

import * as assert from 'uvu/assert'
import { Failure } from '../../../engine/failure.ts'
import { type Change, change, type Host, type ModuleSchema, module } from '../../../engine/modules/module.ts'
import { runModule } from '../../../engine/modules/runmodule.ts'
import { suite } from '../../suite.ts'

const test = suite('a module is run')
const schema: ModuleSchema = { title: 'probe', description: 'A probe.', properties: {} }
const host = (check: boolean) => ({ check, at: { file: 'site.yml', line: 1, column: 1 } }) as Host

/** A module that leaves a trace of what it was told. */
const probe = (heard: string[], apply: Change['apply']) =>
  module('probe', schema, async function* () {
    try {
      heard.push(`answer: ${yield* change({ what: 'do it', apply })}`)
      return {}
    } finally {
      heard.push('cleaned up')
    }
  })

test('what a change gives is its answer', async () => {
  const heard: string[] = []
  const { result, changes } = await runModule(
    probe(heard, async () => 7),
    host(false),
    {},
  )
  assert.equal(heard, ['answer: 7', 'cleaned up'])
  assert.equal(changes, ['do it'])
  assert.equal(result, { changed: true })
})

test('check mode applies nothing', async () => {
  const heard: string[] = []
  const apply = () => Promise.reject(new Error('applied'))
  const { result } = await runModule(probe(heard, apply), host(true), {})
  assert.equal(heard, ['answer: undefined', 'cleaned up'])
  assert.equal(result, { changed: true })
})

test('a change that fails lets the module clean up', async () => {
  const heard: string[] = []
  const apply = () => Promise.reject(new Failure('module.write', 'the disk is full'))
  const { result } = await runModule(probe(heard, apply), host(false), {})
  assert.equal(heard, ['cleaned up'])
  assert.equal(result, { changed: false, failed: true, msg: 'the disk is full' })
})

test.run()

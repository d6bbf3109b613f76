import * as assert from 'uvu/assert'
import type { Connection } from '../../../engine/connections/connection.ts'
import { openLocal } from '../../../engine/connections/local.ts'
import type { Controller, Host } from '../../../engine/modules/module.ts'
import { readParameters } from '../../../engine/modules/parameters.ts'
import { findModule } from '../../../engine/modules/registry.ts'
import { type ModuleRun, runModule } from '../../../engine/modules/runmodule.ts'
import { type Dict, fromPlain, type Value } from '../../../engine/vars/value.ts'
import { suite } from '../../suite.ts'
import { moduleHost } from './modulehost.ts'

const test = suite('modules that steer a play')

let connection: Connection
test.before(async () => {
  connection = await openLocal()
})
test.after(() => connection.close())

const at = { file: 'site.yml', line: 7, column: 5 }

const run = async (
  name: string,
  given: Record<string, unknown>,
  change: Partial<Host> = {},
  controller: Partial<Controller> = {},
): Promise<ModuleRun> => {
  const module = findModule(name, at)
  const base = moduleHost({ connection, check: false, role: '/' })
  const host = { ...base, at, ...change, controller: { ...base.controller, ...controller } }
  return runModule(module, host, readParameters(module.schema, fromPlain(given) as Dict, at, name))
}

test('set_fact takes values as they are', async () => {
  const list: Value = [1, new Map<number, Value>([[2, null]])]
  const { result, changed } = await run('set_fact', { list, nothing: null, cacheable: true })
  assert.is(changed, false)
  assert.is(result.ansible_facts?.['nothing'], null)
  assert.equal(result.ansible_facts?.['list'], list)
  assert.is(result['_ansible_facts_cacheable'], true)
})

test('set_fact refuses names that no variable can have', async () => {
  for (const name of ['no-name', '1st', 'a b', '']) {
    const { failure } = await run('set_fact', { [name]: 1 })
    assert.match(failure?.message ?? '', `'${name}' cannot be the name of a variable`)
    assert.equal(failure?.at, at)
  }
  assert.match((await run('set_fact', {})).failure?.message ?? '', 'sets nothing')
})

test('debug is silent below its verbosity', async () => {
  const { result } = await run('debug', { msg: 'x', verbosity: 2 }, { verbosity: 1 })
  assert.equal(result, { skipped: true, skipped_reason: 'Verbosity threshold not met.', changed: false })
  assert.is((await run('debug', { msg: 'x', verbosity: 2 }, { verbosity: 2 })).result.msg, 'x')
})

test('debug shows one thing', async () => {
  let message = ''
  await run('debug', { msg: 'x', var: 'y' }).catch((thrown: Error) => {
    message = thrown.message
  })
  assert.match(message, "only one of 'msg', 'var'")
})

test('assert stops at the first condition that does not hold', async () => {
  const asked: unknown[] = []
  const condition = async (source: unknown) => {
    asked.push(source)
    return source !== 'b'
  }
  const { result } = await run('assert', { that: ['a', 'b', 'c'], fail_msg: ['one', 'two'] }, {}, { condition })
  assert.equal(asked, ['a', 'b'])
  assert.equal(
    [result.failed, result['assertion'], result['evaluated_to'], result.msg],
    [true, 'b', false, ['one', 'two']],
  )
})

test('pause asks the person at the terminal', async () => {
  const asked: unknown[] = []
  const ask = async (...question: unknown[]) => {
    asked.push(question)
    return 'yes'
  }
  const { result } = await run('pause', { prompt: 'Go on?', echo: false }, {}, { ask })
  assert.equal(asked, [['Go on?', true]])
  assert.equal([result['user_input'], result['echo'], result['delta']], ['yes', false, 0])
})

test('pause goes on where nobody is, and says so', async () => {
  const { result } = await run('pause', {}, {}, { ask: async () => undefined })
  assert.match(result.warnings?.[0] ?? '', 'nobody is at a terminal')
})

test('pause waits', async () => {
  const start = performance.now()
  const { result } = await run('pause', { seconds: 0.05 })
  assert.ok(performance.now() - start >= 49)
  assert.match(String(result.stdout), /^Paused for \d+ seconds$/)
})

test('include_vars names the file that it takes for none of variables', async () => {
  const controller = { find: async () => '/site/vars', list: async () => [{ name: 'README.md' }] }
  const { failure } = await run('include_vars', { dir: 'vars' }, {}, controller)
  assert.match(failure?.message ?? '', '/site/vars/README.md is no file of variables by its ending')
  assert.match(failure?.hint ?? '', 'json, yaml, yml')
})

const groups = async () => fromPlain({ all: ['a', 'b'], made: ['b'] })

test('add_host tells what is new', async () => {
  const fresh = await run(
    'add_host',
    { name: 'n01:2222', groups: 'made, other', role: 'x' },
    {},
    { expression: groups },
  )
  assert.is(fresh.changed, true)
  assert.equal(fresh.result['add_host'], {
    name: 'n01',
    groups: ['made', 'other'],
    vars: { ansible_port: 2222, role: 'x' },
  })
  assert.is((await run('add_host', { hostname: 'b', group: 'made' }, {}, { expression: groups })).changed, false)
  const address = await run('add_host', { name: 'fe80::1' }, {}, { expression: groups })
  assert.is((address.result['add_host'] as { name: string }).name, 'fe80::1')
})

test('group_by makes names without blanks', async () => {
  const { result, changed } = await run('group_by', { key: 'by name', parents: 'one,two' }, {}, { expression: groups })
  assert.is(changed, true)
  assert.equal(result['add_group'], { name: 'by-name', parents: ['one', 'two'] })
})

test('ping answers, or crashes when told so', async () => {
  assert.is((await run('ping', {})).result['ping'], 'pong')
  assert.is((await run('ping', { data: "it's" })).result['ping'], "it's")
  assert.is((await run('ping', { data: 'crash' })).result.failed, true)
})

test('raw gives what a command says', async () => {
  const { result } = await run('raw', { command: 'printf "a\\nb\\n"; echo no >&2; exit 3' })
  assert.equal([result.rc, result.failed, result['stdout_lines'], result.stderr], [3, true, ['a', 'b'], 'no\n'])
  const { result: other } = await run('raw', { command: 'echo "$0"', executable: '/bin/bash' })
  assert.is(other.stdout, '/bin/bash\n')
})

test('raw is skipped in check mode', async () => {
  assert.is((await run('raw', { command: 'exit 1' }, { check: true })).result.skipped, true)
})

test('setup gives the facts that are asked for', async () => {
  const { result } = await run('setup', { gather_subset: '!all', filter: 'ansible_distribution,pkg_m?r' })
  assert.equal(Object.keys(result.ansible_facts ?? {}).toSorted(), ['ansible_distribution', 'ansible_pkg_mgr'])
  const all = await run('setup', { gather_subset: ['!all', '!min', 'mounts'] })
  assert.ok(Array.isArray(all.result.ansible_facts?.['ansible_mounts']))
  assert.is(all.result.ansible_facts?.['ansible_distribution'], undefined)
})

test('setup knows its subsets', async () => {
  const { failure } = await run('setup', { gather_subset: 'hardwear' })
  assert.equal([failure?.message, failure?.hint], ["setup knows no subset 'hardwear'", "did you mean 'hardware'?"])
})

test('wait_for_connection answers at once where a shell does', async () => {
  const { result } = await run('wait_for_connection', { timeout: 50 })
  assert.equal([result.failed, typeof result['elapsed']], [undefined, 'number'])
})

test.run()

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Failure } from '../../../engine/failure.ts'
import { checkArguments } from '../../../engine/modules/checkarguments.ts'
import { isForeignModule } from '../../../engine/modules/foreign.ts'
import { isModule, moduleNames } from '../../../engine/modules/registry.ts'
import { createLoader } from '../../../engine/playbook/loader.ts'
import { suite } from '../../suite.ts'

const test = suite('what may go wrong is told before the run')
const work = mkdtempSync(join(tmpdir(), 'prelude-caution-'))
test.after(() => rmSync(work, { recursive: true, force: true }))

/** What is told of a play with these tasks: `line:column message`. */
const told = async (tasks: string): Promise<string[]> => {
  const file = join(work, 'site.yml')
  writeFileSync(file, `- hosts: all\n  tasks:\n${tasks}`)
  const said: Failure[] = []
  const loader = createLoader({
    isModule,
    isForeignModule,
    moduleNames,
    checkArguments,
    isLookup: (name) => name === 'items',
    lookupNames: ['items'],
    caution: (failure) => said.push(failure),
    decrypt: (text) => text,
    warn: () => {},
  })
  await loader.playbook(file)
  return said.map(({ at, message }) => `${at?.line}:${at?.column} ${message.replaceAll(`${work}/`, '')}`)
}

test('a mode that is a decimal number', async () => {
  const found = await told('  - copy: {content: x, dest: /x, mode: 644}\n  - file: {path: /x, mode: 0644}\n')
  assert.equal(found, ['3:40 the mode 644 is a decimal number: 1204 in octal'])
})

test('a condition that is a template', async () => {
  const found = await told('  - debug:\n    when: "{{ x }}"\n  - debug:\n    when: x\n')
  assert.equal(found, [
    '4:12 conditional statements should not include jinja2 templating delimiters such as {{ }} or {% %}. Found: {{ x }}',
  ])
})

test('arguments that are wrong', async () => {
  assert.equal(await told('  - file: {path: /x, sate: touch}\n'), ["3:22 file has no parameter 'sate'"])
})

test("modules of ansible-core's that we do not have", async () => {
  const [missing] = ['expect', 'subversion', 'iptables'].filter(isForeignModule)
  assert.equal(await told(`  - ${missing}: {}\n`), [`3:5 the module '${missing}' is not one that play has`])
})

test('loops over lookups that we do not have; those that are a slip of the pen are problems', async () => {
  const found = await told('  - debug:\n    with_their_own: [1]\n  - debug:\n    with_items: [1]\n')
  assert.equal(found, ["4:5 there is no lookup 'their_own' to loop over"])
  try {
    await told('  - debug:\n    with_itmes: [1]\n')
    assert.unreachable()
  } catch (thrown) {
    assert.is((thrown as Failure).hint, "did you mean 'with_items'?")
  }
})

test('a loop over what is no list', async () => {
  assert.equal(await told('  - debug: {}\n    loop: names\n'), ["4:11 'loop' needs a list, and this is a string"])
})

test('modules of collections that are installed, by the names that they had before', async () => {
  const collections = join(work, 'collections/ansible_collections')
  mkdirSync(join(collections, 'my/sql/plugins/modules'), { recursive: true })
  writeFileSync(join(collections, 'my/sql/plugins/modules/table.py'), '')
  mkdirSync(join(collections, 'my/general/meta'), { recursive: true })
  writeFileSync(
    join(collections, 'my/general/meta/runtime.yml'),
    'plugin_routing: {modules: {sql_table: {redirect: my.sql.table}, lost: {redirect: my.general.lost}}}\n',
  )
  const place = 'is a Python program: collections/ansible_collections/my/sql/plugins/modules/table.py'
  assert.equal(await told('  - table: {}\n  - my.general.sql_table: {}\n'), [
    `3:5 the module 'table' ${place}`,
    `4:5 the module 'my.general.sql_table' ${place}`,
  ])
  const lost = await told('  - my.general.lost: {}\n').catch((failure: Failure) => [failure.message])
  assert.equal(lost, ["there is no module 'my.general.lost'"])
})

test('Python programs of the site', async () => {
  mkdirSync(join(work, 'library'), { recursive: true })
  writeFileSync(join(work, 'library/own.py'), '')
  const collection = join(work, 'collections/ansible_collections/my/stuff/plugins/modules')
  mkdirSync(collection, { recursive: true })
  writeFileSync(join(collection, 'thing.py'), '')
  // whether one of the site itself can be run is known when it is
  assert.equal(await told('  - own: {}\n  - my.stuff.thing: {}\n'), [
    "4:5 the module 'my.stuff.thing' is a Python program: collections/ansible_collections/my/stuff/plugins/modules/thing.py",
  ])
})

test.run()

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { Failure } from '../../../engine/failure.ts'
import type { ParameterSchema } from '../../../engine/modules/module.ts'
import { findModule, isModule, moduleNames } from '../../../engine/modules/registry.ts'
import { executorActions } from '../../../engine/playbook/play.ts'
import { suite } from '../../suite.ts'
import { notCompared, ofCollections, ofCore, ofGuest, ofPlays, ofSystem } from './comparisons.ts'

const test = suite('registry of modules')
const at = { file: 'site.yml', line: 3, column: 5 }
const modules = join(import.meta.dirname, '../../../engine/modules')
const folders = readdirSync(modules, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? entry.name : [],
)

test('every folder is a registered module with a schema', () => {
  assert.ok(folders.length > 40)
  for (const name of folders) {
    assert.ok(existsSync(join(modules, name, `${name}.schema.json`)), `${name} has a schema`)
    assert.ok(isModule(name), `${name} is registered`)
    assert.is(findModule(name, at).name, name)
  }
})

test('every registered module has a folder', () => {
  for (const name of moduleNames) assert.ok(folders.includes(findModule(name, at).name), name)
})

test('every module is compared with Ansible, or it is told why not', () => {
  const byCollection = [ofCore, ofCollections, ofSystem, ofGuest].flatMap((modules) => Object.values(modules).flat())
  const named = [...byCollection, ...ofPlays, ...Object.keys(notCompared)]
  assert.equal(named.toSorted(), folders.toSorted())
})

const undescribed = (schema: ParameterSchema, where: string): string[] => [
  ...(schema.description ? [] : [where]),
  ...Object.entries(schema.properties ?? {}).flatMap(([name, property]) => undescribed(property, `${where}.${name}`)),
  ...Object.entries(schema.items?.properties ?? {}).flatMap(([name, item]) => undescribed(item, `${where}[].${name}`)),
]

test('every module and parameter is described', () => {
  const missing = moduleNames.flatMap((name) => undescribed(findModule(name, at).schema, name))
  assert.equal(missing, [])
})

test('no two parameters of a module share a name', () => {
  for (const name of moduleNames) {
    const properties = Object.entries(findModule(name, at).schema.properties)
    const names = properties.flatMap(([own, { aliases = [] }]) => [own, ...aliases])
    assert.equal(names, [...new Set(names)], name)
  }
})

test('titles of schemas are unique: each becomes a type', () => {
  const titles = folders.map((name) => findModule(name, at).schema.title)
  assert.equal(titles.toSorted(), [...new Set(titles)].toSorted())
})

const names: readonly (readonly [string, string])[] = [
  ['copy', 'copy'],
  ['ansible.builtin.copy', 'copy'],
  ['ansible.legacy.copy', 'copy'],
  ['ansible.builtin.yum', 'dnf'],
  ['yum', 'dnf'],
  ['ansible.builtin.systemd_service', 'systemd'],
  ['package', 'package'],
  ['ansible.posix.mount', 'mount'],
  ['ansible.posix.sysctl', 'sysctl'],
  ['ansible.posix.authorized_key', 'authorized_key'],
  ['community.general.timezone', 'timezone'],
  ['community.general.modprobe', 'modprobe'],
  ['community.crypto.openssl_certificate', 'x509_certificate'],
  ['ansible.posix.synchronize', 'synchronize'],
  ['prelude.json_patch', 'json_patch'],
  ['community.general.xml', 'xml'],
]
for (const [given, name] of names) test(`${given} is ${name}`, () => assert.is(findModule(given, at).name, name))

const unknown: readonly (readonly [string, string])[] = [
  ['coppy', "did you mean 'copy'?"],
  ['ansible.builtin.sysctl', "did you mean 'sysctl'?"],
  ['community.general.copy', "did you mean 'copy'?"],
  ['ansible.builtin.tempalte', "did you mean 'template'?"],
  ['frobnicate', 'see the list of modules in docs/reference'],
]
for (const [name, hint] of unknown) {
  test(`${name} is unknown`, () => {
    assert.is(isModule(name), false)
    try {
      findModule(name, at)
      assert.unreachable()
    } catch (thrown) {
      assert.instance(thrown, Failure)
      assert.equal(
        [(thrown as Failure).code, (thrown as Failure).at, (thrown as Failure).hint],
        ['module.unknown', at, hint],
      )
    }
  })
}

test('no module has the name of an action of the executor', () => {
  for (const name of executorActions) assert.is(isModule(name), false, name)
})

test.run()

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { convert } from '../../../engine/modules/convert.ts'
import type { ModuleSchema, ParameterSchema } from '../../../engine/modules/module.ts'
import { isModule } from '../../../engine/modules/registry.ts'
import { fromPlain } from '../../../engine/vars/value.ts'
import { suite } from '../../suite.ts'

// What every module's schema has to keep to: pages, types and conversions are made from it.
const test = suite('schemas of modules')
const directory = join(import.meta.dirname, '../../../engine/modules')
const schemas = readdirSync(directory, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }): [string, ModuleSchema] => [
    name,
    JSON.parse(readFileSync(join(directory, name, `${name}.schema.json`), 'utf8')),
  ])

const properties = (schema: ParameterSchema, where: string): [string, ParameterSchema][] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, property]) => [
    [`${where}.${name}`, property],
    ...properties(property, `${where}.${name}`),
    ...(property.items ? properties(property.items, `${where}.${name}[]`) : []),
  ])

test('each module is registered under its name', () => {
  for (const [name] of schemas) assert.ok(isModule(name), name)
})

test('titles differ', () => {
  const titles = schemas.map(([, { title }]) => title)
  assert.equal(
    titles.filter((title, index) => titles.indexOf(title) !== index),
    [],
  )
})

test('every parameter is described, in a sentence', () => {
  const bad = schemas.flatMap(([name, schema]) => [
    ...properties(schema, name).flatMap(([where, { description }]) => (/\.$/.test(description ?? '') ? [] : [where])),
    ...(/\.$/.test(schema.description) ? [] : [name]),
  ])
  assert.equal(bad, [])
})

test('defaults are values of their type', () => {
  for (const [name, schema] of schemas) {
    for (const [where, property] of properties(schema, name)) {
      if (property.default === undefined) continue
      assert.equal(convert(property, fromPlain(property.default)), { value: property.default }, where)
    }
  }
})

test('rules speak of parameters that exist, and no name means two', () => {
  for (const [name, schema] of schemas) {
    const known = Object.keys(schema.properties)
    const named = [...(schema.mutuallyExclusive ?? []), ...(schema.requiredOneOf ?? [])].flat()
    const all = [...named, ...(schema.required ?? []), ...(schema.freeForm === undefined ? [] : [schema.freeForm])]
    assert.equal(
      all.filter((parameter) => !known.includes(parameter)),
      [],
      name,
    )
    const names = Object.entries(schema.properties).flatMap(([own, { aliases = [] }]) => [own, ...aliases])
    assert.equal(
      names.filter((one, index) => names.indexOf(one) !== index),
      [],
      name,
    )
  }
})

test('the attributes of files are the same everywhere', () => {
  const shared = ['owner', 'group', 'attributes', 'seuser', 'serole', 'setype', 'selevel', 'unsafe_writes', 'backup']
  const first = new Map<string, ParameterSchema>()
  for (const [name, schema] of schemas) {
    for (const parameter of shared) {
      const property = schema.properties[parameter]
      if (!property || !('serole' in schema.properties)) continue
      assert.equal(property, first.get(parameter) ?? property, `${name}.${parameter}`)
      first.set(parameter, property)
    }
  }
  assert.is(first.size, shared.length)
})

test.run()

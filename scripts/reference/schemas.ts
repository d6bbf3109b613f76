// Reference pages made from JSON Schemas: modules and their parameters, and the records of schema/.
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { findModule, moduleNames } from '../../engine/modules/registry.ts'
import { code, page, table } from './markdown.ts'

const root = join(import.meta.dirname, '../..')

type Schema = {
  readonly title?: string
  readonly description?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly aliases?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly additionalProperties?: boolean | Schema
  readonly definitions?: Readonly<Record<string, Schema>>
  readonly checkMode?: string
  readonly freeForm?: string
  readonly $ref?: string
}

const read = (file: string): Schema => JSON.parse(readFileSync(join(root, file), 'utf8')) as Schema

const typeOf = (schema: Schema): string => {
  if (schema.$ref) return basename(schema.$ref)
  if (schema.enum) return code(...schema.enum.map(String))
  if (schema.const !== undefined) return code(String(schema.const))
  const type = Array.isArray(schema.type) ? schema.type.join(' or ') : String(schema.type ?? 'any')
  if (type !== 'array' || !schema.items) return type
  return `list of ${schema.items.$ref ? basename(schema.items.$ref) : (schema.items.title ?? schema.items.type ?? 'any')}`
}

/** Rows of a schema's properties; nested mappings follow their parent with dotted names. */
const rows = (schema: Schema, prefix = ''): string[][] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const path = `${prefix}${name}`
    const isRequired = schema.required?.includes(name) ? ' (required)' : ''
    const names = `${code(path, ...(property.aliases ?? []))}${isRequired}`
    const fallback = property.default === undefined ? '' : code(JSON.stringify(property.default))
    const values =
      typeof property.additionalProperties === 'object' ? rows(property.additionalProperties, `${path}.NAME.`) : []
    return [
      [names, typeOf(property), fallback, property.description ?? ''],
      ...rows(property, `${path}.`),
      ...(property.items ? rows(property.items, `${path}[].`) : []),
      ...values,
    ]
  })

const properties = (schema: Schema): string => {
  const all = rows(schema)
  return all.length === 0 ? 'It takes no parameters.' : table(['name', 'type', 'default', 'meaning'], all)
}

const checkModes: Readonly<Record<string, string>> = {
  full: 'tells exactly what would change',
  partial: 'tells what can be known beforehand',
  none: 'is skipped',
}

const nowhere = { file: '', line: 1, column: 1 }

export const modulesPage = (): string => {
  const parts = [
    '# Modules',
    'Made from the schemas in `engine/modules`. Names with their collection (`ansible.builtin.copy`) and without mean the same.',
  ]
  for (const file of globSync('engine/modules/*/*.schema.json', { cwd: root }).sort()) {
    const schema = read(file)
    const name = basename(dirname(file))
    const others = moduleNames.filter((other) => other !== name && findModule(other, nowhere).name === name)
    const facts = [
      ...(others.length > 0 ? [`Also called ${code(...others)}.`] : []),
      ...(schema.freeForm ? [`A bare text is its ${code(schema.freeForm)}.`] : []),
      `In check mode it ${checkModes[schema.checkMode ?? 'full']}.`,
    ]
    parts.push(`## ${name}`, schema.description ?? '', facts.join(' '), properties(schema))
  }
  return page(parts)
}

export const recordsPage = (): string => {
  const parts = ['# Records', 'Made from the schemas in `schema/`.']
  for (const file of globSync('schema/*.schema.json', { cwd: root }).sort()) {
    const schema = read(file)
    parts.push(`## ${schema.title}`, schema.description ?? '', properties(schema))
    for (const [name, definition] of Object.entries(schema.definitions ?? {})) {
      parts.push(`### ${name}`, definition.description ?? '', properties(definition))
    }
  }
  return page(parts)
}

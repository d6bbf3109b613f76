// Reference pages in docs/reference, made from the schemas: modules and their parameters, and the records of schema/.
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')

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

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

const typeOf = (schema: Schema): string => {
  if (schema.$ref) return basename(schema.$ref)
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ')
  if (schema.const !== undefined) return `\`${schema.const}\``
  const type = Array.isArray(schema.type) ? schema.type.join(' or ') : String(schema.type ?? 'any')
  if (type !== 'array' || !schema.items) return type
  return `list of ${schema.items.$ref ? basename(schema.items.$ref) : (schema.items.title ?? schema.items.type ?? 'any')}`
}

/** Rows of a schema's properties; nested mappings follow their parent with dotted names. */
const rows = (schema: Schema, prefix = ''): string[] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const path = `${prefix}${name}`
    const names = [path, ...(property.aliases ?? [])].map((each) => `\`${each}\``).join(', ')
    const isRequired = schema.required?.includes(name) ? ' (required)' : ''
    const fallback = property.default === undefined ? '' : `\`${JSON.stringify(property.default)}\``
    const row = `| ${names}${isRequired} | ${cell(typeOf(property))} | ${cell(fallback)} | ${cell(property.description ?? '')} |`
    const values =
      typeof property.additionalProperties === 'object' ? rows(property.additionalProperties, `${path}.NAME.`) : []
    return [
      row,
      ...rows(property, `${path}.`),
      ...(property.items ? rows(property.items, `${path}[].`) : []),
      ...values,
    ]
  })

const table = (schema: Schema): string => {
  const lines = rows(schema)
  if (lines.length === 0) return 'It takes no parameters.'
  return ['| name | type | default | meaning |', '| --- | --- | --- | --- |', ...lines].join('\n')
}

const checkModes: Readonly<Record<string, string>> = {
  full: 'tells exactly what would change',
  partial: 'tells what can be known beforehand',
  none: 'is skipped',
}

const modulesPage = (): string => {
  const parts = [
    '# Modules',
    'Made from the schemas in `engine/modules`. Names with and without `ansible.builtin.` mean the same.',
  ]
  for (const file of globSync('engine/modules/*/*.schema.json', { cwd: root }).sort()) {
    const schema = read(file)
    const facts = [
      schema.freeForm ? `A bare text is its \`${schema.freeForm}\`.` : '',
      `In check mode it ${checkModes[schema.checkMode ?? 'full']}.`,
    ]
    parts.push(
      `## ${basename(dirname(file))}`,
      schema.description ?? '',
      facts.filter((fact) => fact !== '').join(' '),
      table(schema),
    )
  }
  return `${parts.join('\n\n')}\n`
}

const recordsPage = (): string => {
  const parts = ['# Records', 'Made from the schemas in `schema/`.']
  for (const file of globSync('schema/*.schema.json', { cwd: root }).sort()) {
    const schema = read(file)
    parts.push(`## ${schema.title}`, schema.description ?? '', table(schema))
    for (const [name, definition] of Object.entries(schema.definitions ?? {})) {
      parts.push(`### ${name}`, definition.description ?? '', table(definition))
    }
  }
  return `${parts.join('\n\n')}\n`
}

export const writeReference = (): void => {
  mkdirSync(join(root, 'docs/reference'), { recursive: true })
  writeFileSync(join(root, 'docs/reference/modules.md'), modulesPage())
  writeFileSync(join(root, 'docs/reference/records.md'), recordsPage())
}

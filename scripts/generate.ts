// Makes schema/types.ts from every JSON Schema of the tree: the wire formats of schema/ and the parameters of each module.
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compile } from 'json-schema-to-typescript'
import { writeReference } from './reference.ts'

const root = join(import.meta.dirname, '..')
const files = globSync(['schema/*.schema.json', 'engine/modules/*/*.schema.json'], { cwd: root }).sort()

type Properties = Record<string, { default?: unknown }>

/** A module's parameters as the module receives them: those with a default are always there. */
const received = (schema: { properties?: Properties; required?: string[] }) => {
  const defaulted = Object.entries(schema.properties ?? {}).filter(([, property]) => property.default !== undefined)
  return { ...schema, required: [...new Set([...(schema.required ?? []), ...defaulted.map(([name]) => name)])] }
}

const one = async (file: string): Promise<string> => {
  const read = JSON.parse(readFileSync(join(root, file), 'utf8'))
  const schema = file.startsWith('engine/modules/') ? received(read) : read
  const types = await compile(schema, schema.title, {
    bannerComment: `// ${file}`,
    cwd: join(root, 'schema'),
    declareExternallyReferenced: true,
    unknownAny: true,
    additionalProperties: false,
  })
  return types.trim()
}

// Schemas share definitions by $ref, and each output declares them again: one declaration of each name is kept.
const seen = new Map<string, string>()
const declarations = (text: string): string[] =>
  text.split(/\n(?=\/\*\*|\/\/ )|(?<!\*\/)\n(?=export )/).map((part) => part.trim())

const parts: string[] = ['// Made by `npm run generate` from the JSON Schemas; not edited by hand.']
for (const file of files) {
  let comment = ''
  for (const part of declarations(await one(file))) {
    const name = /^export (?:interface|type) (\w+)/m.exec(part)?.[1]
    if (!name) {
      comment += `${part}\n`
      continue
    }
    const body = part.slice(part.indexOf('export '))
    const former = seen.get(name)
    if (former === undefined) parts.push(comment + part)
    else if (former !== body)
      throw new Error(`${file}: type ${name} is defined twice, give its schema a title of its own`)
    seen.set(name, body)
    comment = ''
  }
}

writeFileSync(join(root, 'schema/types.ts'), `${parts.join('\n\n')}\n`)
writeReference()

import { join, posix } from 'node:path'
import type { AssembleParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { deploy } from '../deploy.ts'
import { listTree } from '../listing.ts'
import { type Host, type ModuleSchema, module } from '../module.ts'
import { expressionOf } from '../textfile.ts'
import schema from './assemble.schema.json' with { type: 'json' }

type Part = { readonly name: string; readonly read: () => Promise<Buffer> }

const partsOnHost = async (host: Host, src: string): Promise<Part[]> => {
  const files = await listTree(host, [src], { follow: true, tests: sh`-maxdepth 1` })
  if (!files.some(({ type }) => type === 'directory')) {
    throw new Failure('module.file', `${src} is no directory on the host`, {
      hint: 'set remote_src: false for a directory of the controller',
    })
  }
  return files
    .filter(({ type }) => type === 'file')
    .map(({ path }) => ({ name: posix.basename(path), read: () => host.read(path) }))
}

const partsOnController = async (host: Host, { src, decrypt }: AssembleParameters): Promise<Part[]> => {
  const directory = await host.controller.find('files', src)
  const names = await host.controller.list(directory)
  return names
    .filter(({ name }) => !name.includes('/'))
    .map(({ name }) => ({ name, read: () => host.controller.read(join(directory, name), decrypt) }))
}

/** The parts one after the other: each but the last ends a line when a delimiter follows it, and so does the delimiter. */
const joined = (parts: readonly Buffer[], delimiter: string | undefined): Buffer => {
  if (delimiter === undefined) return Buffer.concat(parts)
  const line = Buffer.from(`${delimiter.replaceAll('\\n', '\n').replaceAll('\\t', '\t').replace(/\n?$/, '\n')}`)
  const newline = Buffer.from('\n')
  const pieces = parts.flatMap((part, index) => {
    if (index === 0) return [part]
    const isEnded = parts[index - 1]!.at(-1) === 10
    return isEnded ? [line, part] : [newline, line, part]
  })
  return Buffer.concat(pieces)
}

export const assemble = module<AssembleParameters>('assemble', schema as ModuleSchema, async function* (host, params) {
  const { src, dest, remote_src, regexp, ignore_hidden, delimiter, backup, validate } = params
  const parts = remote_src ? await partsOnHost(host, src) : await partsOnController(host, params)
  const expression = regexp === undefined ? undefined : expressionOf('regexp', regexp)
  const wanted = parts
    .filter(({ name }) => !(ignore_hidden && name.startsWith('.')) && (!expression || expression.test(name)))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const contents: Buffer[] = []
  for (const part of wanted) contents.push(await part.read())
  const content = joined(contents, delimiter)
  const attributes = params
  const result = yield* deploy(host, { content, dest, attributes, force: true, follow: false, backup, validate })
  return { src, ...result }
})

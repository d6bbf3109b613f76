import { isDeepStrictEqual } from 'node:util'
import type { JsonPatchParameters } from '../../../schema/types.ts'
import { Failure, messageOf } from '../../failure.ts'
import { describe } from '../attributes.ts'
import { type Host, type ModuleSchema, module } from '../module.ts'
import { statAfter } from '../paths.ts'
import { openText, saveText, type TextFile } from '../textfile.ts'
import { format, indentOf, type Json, parse } from './document.ts'
import schema from './json_patch.schema.json' with { type: 'json' }
import { type Operation, patched } from './patch.ts'

const read = (host: Host, { src, create, create_type }: JsonPatchParameters, file: TextFile): Json => {
  if (!file.stat) {
    if (create) return create_type === 'array' ? [] : {}
    throw new Failure('module.file', `there is no file ${src}`, { at: host.at, hint: 'set create: true to make it' })
  }
  try {
    return parse(file.text)
  } catch (cause) {
    throw new Failure('module.file', `${src} is no JSON: ${messageOf(cause)}`, { at: host.at, cause })
  }
}

export const json_patch = module<JsonPatchParameters>(
  'json_patch',
  schema as ModuleSchema,
  async function* (host, params) {
    const { src, dest, operations, pretty, backup, validate } = params
    const source = await openText(host, src, 'utf-8')
    const target = dest === undefined || dest === src ? source : await openText(host, dest, 'utf-8')
    const before = read(host, params, source)
    const { document, failedTest, tested } = patched(before, operations as readonly Operation[])
    const told = { src, dest: dest ?? src, ...(tested === undefined ? {} : { tested }) }
    if (failedTest) return { ...told, msg: `nothing was changed: the test of '${failedTest.path}' does not hold` }
    const indent = pretty === undefined ? (source.stat ? indentOf(source.text) : '  ') : pretty ? '  ' : ''
    const isSame = source.stat && isDeepStrictEqual(before, document) && pretty === undefined
    const text = isSame ? source.text : format(document, indent)
    const saved = yield* saveText(host, target, text, { attributes: params, backup, validate })
    const isTouched = saved.isWritten || saved.hasNewAttributes
    const stat = isTouched ? await statAfter(host, target.path, target.stat) : target.stat
    return {
      ...told,
      ...(saved.backup_file === undefined ? {} : { backup_file: saved.backup_file }),
      ...(stat ? describe(stat) : {}),
    }
  },
)

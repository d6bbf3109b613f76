import { basename } from 'node:path'
import type { TemplateParameters } from '../../../schema/types.ts'
import { deploy } from '../deploy.ts'
import { encode } from '../encoding.ts'
import { type ModuleSchema, module } from '../module.ts'
import schema from './template.schema.json' with { type: 'json' }

export const template = module<TemplateParameters>('template', schema as ModuleSchema, async function* (host, params) {
  const { src, dest } = params
  const path = await host.controller.find('templates', src)
  const text = await host.controller.render(path, {
    source: src,
    destination: dest,
    trimBlocks: params.trim_blocks,
    lstripBlocks: params.lstrip_blocks,
    newline: params.newline_sequence,
    blockStart: params.block_start_string,
    blockEnd: params.block_end_string,
    variableStart: params.variable_start_string,
    variableEnd: params.variable_end_string,
    commentStart: params.comment_start_string,
    commentEnd: params.comment_end_string,
  })
  const { force, follow, backup, validate } = params
  return yield* deploy(host, {
    content: encode(text, params.output_encoding),
    dest,
    name: basename(path),
    attributes: params,
    sourceMode: (await host.controller.stat(path))?.mode,
    force,
    follow,
    backup,
    validate,
  })
})

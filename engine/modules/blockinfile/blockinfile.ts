import type { BlockInFileParameters } from '../../../schema/types.ts'
import { type ModuleSchema, module } from '../module.ts'
import { expressionOf, missingFile, openText, saveText, type TextFile } from '../textfile.ts'
import { type Block, setBlock } from './block.ts'
import schema from './blockinfile.schema.json' with { type: 'json' }

const blockOf = (file: TextFile, params: BlockInFileParameters, isWanted: boolean): Block => {
  const { block, marker, marker_begin, marker_end, insertafter, insertbefore } = params
  const mark = (word: string) => file.native(marker.replaceAll('{mark}', word).replace(/\n$/, ''))
  const place = insertbefore ?? insertafter ?? 'EOF'
  const name = insertbefore === undefined ? 'insertafter' : 'insertbefore'
  const isEnd = place === 'EOF' || place === 'BOF'
  return {
    begin: mark(marker_begin),
    end: mark(marker_end),
    lines: isWanted ? file.native(block) : undefined,
    place: isEnd ? place : insertbefore === undefined ? 'after' : 'before',
    neighbour: isEnd ? undefined : expressionOf(name, file.native(place)),
    emptyLineBefore: params.prepend_newline,
    emptyLineAfter: params.append_newline,
  }
}

export const blockinfile = module<BlockInFileParameters>(
  'blockinfile',
  schema as ModuleSchema,
  async function* (host, params) {
    const { path, state, create, backup, validate, encoding, block } = params
    const isWanted = state === 'present' && block !== ''
    const file = await openText(host, path, encoding)
    if (!file.stat && !create) {
      throw missingFile(path, 'set create: true to make it')
    }
    if (!file.stat && !isWanted) return { msg: `File ${path} not present` }
    const text = setBlock(file.text, blockOf(file, params, isWanted))
    const saved = yield* saveText(host, file, text, { attributes: params, backup, validate })
    const done = !file.stat ? 'File created' : isWanted ? 'Block inserted' : 'Block removed'
    return {
      msg: saved.isWritten ? done : saved.hasNewAttributes ? 'ownership, perms or SE linux context changed' : '',
      ...(saved.backup_file === undefined ? {} : { backup_file: saved.backup_file }),
    }
  },
)

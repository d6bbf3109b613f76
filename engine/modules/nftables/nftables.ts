import { posix } from 'node:path'
import type { NftablesParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { contentDiff } from '../contentdiff.ts'
import { change, type Host, type ModuleSchema, module, type Steps } from '../module.ts'
import { runOrFail } from '../runorfail.ts'
import { openText, saveText } from '../textfile.ts'
import schema from './nftables.schema.json' with { type: 'json' }

/** What makes a table anew in one transaction, whether it is there or not. */
export const rulesetOf = ({ family, table, content = '' }: NftablesParameters): string =>
  [
    `table ${family} ${table}`,
    `delete table ${family} ${table}`,
    `table ${family} ${table} {`,
    content.trimEnd(),
    '}',
    '',
  ].join('\n')

type Tables = {
  /** The table as the kernel has it now, and as it would have it; without counters. */
  readonly now: string
  readonly then: string
}

/**
 * Lists the table, and what the wanted one would be listed as: it is loaded in an empty network namespace of its own,
 * where it is checked by the kernel and touches nothing. Throws a Failure for a table that nft refuses.
 */
const look = async (host: Host, params: NftablesParameters): Promise<Tables> => {
  const { family, table, state } = params
  const list = sh`nft --stateless list table ${family} ${table}`
  const output = await host.run(
    sh`export LC_ALL=C
       command -v nft >/dev/null || exit 127
       ${list} 2>/dev/null; printf '\\0'
       [ ${state} = absent ] || unshare --net sh -c ${sh`nft -f - && ${list}`.text}`,
    { stdin: rulesetOf(params) },
  )
  if (output.code === 127) {
    throw new Failure('module.command', 'this host has no nft', { at: host.at, hint: 'install the package nftables' })
  }
  const [now = '', then = ''] = output.stdout.toString().split('\0')
  if (output.code === 0) return { now, then }
  throw new Failure(
    'module.parameter',
    `nft refuses the table ${family} ${table}: ${output.stderr.toString().trim()}`,
    {
      at: host.at,
      hint: 'nothing was changed',
    },
  )
}

async function* keepFile(host: Host, file: string, params: NftablesParameters): Steps {
  const text = await openText(host, file, 'utf-8')
  if (params.state === 'present') {
    yield* saveText(host, text, rulesetOf(params), { attributes: { mode: '0600' }, backup: false })
  } else if (text.stat) {
    yield* change({
      what: `remove ${file}`,
      diff: contentDiff(file, text.bytes, undefined),
      apply: () => runOrFail(host, sh`rm -- ${file}`),
    })
  }
  return {}
}

export const nftables = module<NftablesParameters>('nftables', schema as ModuleSchema, async function* (host, params) {
  const { family, table, content, state, file } = params
  if (!/^[A-Za-z_][A-Za-z0-9_./\\-]*$/.test(table)) {
    throw new Failure('module.parameter', `nftables: '${table}' is no name of a table`, { at: host.at })
  }
  if (state === 'present' && content === undefined) {
    throw new Failure('module.parameter', "nftables needs 'content'", { at: host.at })
  }
  if (file !== undefined && !posix.isAbsolute(file)) {
    throw new Failure('module.parameter', `nftables: 'file' must be a whole path: ${file}`, { at: host.at })
  }
  // Within an image the kernel is the one of the machine that builds it.
  const isImage = (await host.fact('is_chroot')) === true
  const name = `${family} ${table}`
  if (!isImage) {
    const { now, then } = await look(host, params)
    if (now !== then) {
      yield* change({
        what: `${then === '' ? 'remove' : now === '' ? 'load' : 'replace'} the table ${name}`,
        diff: { before: now, after: then, beforeHeader: name, afterHeader: name },
        apply: () =>
          then === ''
            ? runOrFail(host, sh`nft delete table ${family} ${table}`)
            : runOrFail(host, sh`nft -f -`, { stdin: rulesetOf(params) }),
      })
    }
  }
  if (file !== undefined) yield* keepFile(host, file, params)
  return { table, family, ...(isImage ? { msg: 'skipped nft: an image is only told in its file what to load' } : {}) }
})

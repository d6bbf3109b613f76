import type { OpensslDhparamParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { describe, propertyDiff, setAttributes } from '../attributes.ts'
import { change, type ModuleSchema, module } from '../module.ts'
import { missingTool } from '../openssl.ts'
import { statAfter } from '../paths.ts'
import { placeFile } from '../placefile.ts'
import { removeFile } from '../removefile.ts'
import { backUp } from '../replacefile.ts'
import { runOrFail } from '../runorfail.ts'
import { withTemporary } from '../temporary.ts'
import schema from './openssl_dhparam.schema.json' with { type: 'json' }

export const openssl_dhparam = module<OpensslDhparamParameters>(
  'openssl_dhparam',
  schema as ModuleSchema,
  async function* (host, params) {
    const { path, state, size, force, backup, return_content } = params
    if (size < 512) {
      throw new Failure('module.parameter', `a prime of ${size} bits protects nothing`, { at: host.at })
    }
    const old = await host.stat(path, { follow: true })
    if (state === 'absent') return { filename: path, size, ...(yield* removeFile(host, path, old, backup)) }
    const output = await host.run(sh`command -v openssl >/dev/null || exit 127
      openssl dhparam -in ${path} -check -noout -text 2>&1`)
    if (output.code === 127) throw missingTool(host)
    const found = Number(/\((\d+) bit\)/.exec(output.stdout.toString())?.[1] ?? 0)
    let kept: string | undefined
    const isMade = force || output.code !== 0 || found !== size
    if (isMade) {
      kept = yield* change({
        what: `make Diffie-Hellman parameters of ${size} bits in ${path}`,
        diff: propertyDiff(path, { size: found }, { size }),
        apply: async () => {
          const copy = backup && old ? await backUp(host, path) : undefined
          const made = (await runOrFail(host, sh`mktemp`)).trimEnd()
          await withTemporary(host, made, async () => {
            await runOrFail(host, sh`openssl dhparam -out ${made} ${size} </dev/null`)
            await placeFile(host, made, path, {})
          })
          return copy
        },
      })
    }
    const stat = isMade ? await statAfter(host, path, old) : old
    if (stat) yield* setAttributes(host, stat, params)
    const final = stat ? await statAfter(host, path, stat) : undefined
    return {
      filename: path,
      ...(final ? describe(final) : {}),
      size,
      ...(kept === undefined ? {} : { backup_file: kept }),
      ...(return_content && final ? { dhparams: (await host.read(path)).toString() } : {}),
    }
  },
)

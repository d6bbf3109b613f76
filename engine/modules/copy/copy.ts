import { basename } from 'node:path'
import type { CopyParameters } from '../../../schema/types.ts'
import { Failure } from '../../failure.ts'
import { deploy } from '../deploy.ts'
import { type Host, type ModuleSchema, module, type Steps } from '../module.ts'
import schema from './copy.schema.json' with { type: 'json' }
import { copyDirectory } from './copydirectory.ts'
import { copyOnHost } from './copyonhost.ts'
import { sha1Of, sourceOf } from './source.ts'

/** Dictionaries and lists as Python's json.dumps writes them. */
const toText = (content: unknown, nested = false): string => {
  if (typeof content === 'string' && !nested) return content
  if (Array.isArray(content)) return `[${content.map((item) => toText(item, true)).join(', ')}]`
  if (content === null || typeof content !== 'object') {
    return JSON.stringify(content).replace(
      /[\u007f-\uffff]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
  }
  const items = Object.entries(content).map(([key, item]) => `${toText(key, true)}: ${toText(item, true)}`)
  return `{${items.join(', ')}}`
}

async function* copyContent(host: Host, params: CopyParameters, content: string | object): Steps {
  const { dest, force, follow, backup, validate, directory_mode: directoryMode } = params
  if (params.mode === 'preserve') throw new Failure('module.parameter', "the mode 'preserve' needs a source file")
  const bytes = Buffer.from(toText(content))
  return yield* deploy(host, {
    content: bytes,
    dest,
    attributes: params,
    directoryMode,
    force,
    follow,
    backup,
    validate,
  })
}

async function* copyFile(host: Host, params: CopyParameters, path: string, sourceMode: number): Steps {
  const { dest, force, follow, backup, validate, checksum, directory_mode: directoryMode } = params
  const content = await sourceOf(host, path, params.decrypt)
  if (checksum !== undefined && sha1Of(content) !== checksum) {
    throw new Failure('module.checksum', `${path} does not have the checksum ${checksum}`)
  }
  const name = basename(path)
  const attributes = params
  return yield* deploy(host, {
    content,
    dest,
    name,
    attributes,
    directoryMode,
    sourceMode,
    force,
    follow,
    backup,
    validate,
  })
}

export const copy = module<CopyParameters>('copy', schema as ModuleSchema, async function* (host, params) {
  const { src, content, remote_src } = params
  if (content !== undefined) return yield* copyContent(host, params, content)
  if (src === undefined) throw new Error('the schema asks for src or content')
  if (remote_src) return yield* copyOnHost(host, params, src)
  const path = await host.controller.find('files', src)
  const stat = await host.controller.stat(path)
  if (stat?.type !== 'directory') return { src: path, ...(yield* copyFile(host, params, path, stat?.mode ?? 0o644)) }
  const contentOnly = src.endsWith('/')
  const source = contentOnly ? path.replace(/\/*$/, '/') : path
  return { src: source, ...(yield* copyDirectory(host, params, path.replace(/(.)\/+$/, '$1'), contentOnly)) }
})

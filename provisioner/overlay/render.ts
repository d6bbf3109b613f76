import { Failure, type Position } from '../../engine/failure.ts'
import { originAt } from '../../engine/inventory/node/merge.ts'
import { renderMustache } from '../../engine/vars/mustache.ts'
import { layer } from '../../engine/vars/scope.ts'
import { fromPlain } from '../../engine/vars/value.ts'
import type { Node } from '../node/node.ts'
import type { Site } from '../site.ts'
import type { State } from '../state.ts'
import { type TemplateData, templateData } from './data.ts'
import { type OverlaySource, readOverlay, type SourceEntry } from './source.ts'

/** A file, directory or link as it goes to a node; paths are relative to its root. */
export type Entry = {
  readonly path: string
  readonly type: 'file' | 'directory' | 'link'
  readonly mode: number
  readonly modified: number
  readonly content: Buffer
  readonly target?: string
  /** Units of the running node that are told when it changes. */
  readonly units?: readonly string[]
  /** The overlay it comes from. */
  readonly overlay: string
}

/** `ifcfg-{{interfaces.name}}`: a list in a path makes one file for each of its items, whose fields the template then sees by name. */
const listInPath = /\{\{\s*([a-z_]+)\.[a-z_0-9]+\s*\}\}/

const itemsOf = (path: string, data: TemplateData): readonly TemplateData[] | undefined => {
  const list = data[listInPath.exec(path)?.[1] ?? '']
  return Array.isArray(list) ? list : undefined
}

const renderPath = (path: string, file: string, data: TemplateData): string => {
  const rendered = path.includes('{{') ? renderMustache(path, file, data) : path
  const isInside = rendered.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  if (isInside && !rendered.includes('\0')) return rendered
  throw new Failure('overlay.path', `'${rendered}' is no path inside a root`, { at: { file, line: 1, column: 1 } })
}

type Context = { readonly site: Site; readonly node: Node; readonly source: OverlaySource }

const renderContent = (
  { site, node }: Context,
  { content, file, template }: SourceEntry,
  data: TemplateData,
): Buffer => {
  if (template === undefined) return content
  if (template === 'mustache') return Buffer.from(renderMustache(content.toString(), file, data))
  const { vars: _, ...names } = data
  const scope = layer(
    new Map(Object.entries(names).map(([name, value]) => [name, fromPlain(value)])),
    site.scope(node.name),
  )
  return Buffer.from(site.templar.render(content.toString(), file, scope))
}

const renderEntry = (context: Context, entry: SourceEntry, data: TemplateData): Entry[] => {
  const { type, mode, modified, target, template, units } = entry
  const items = itemsOf(entry.path, data)
  const name = /\{\{\s*([a-z_]+)\./.exec(entry.path)?.[1]
  return (items ?? [undefined]).flatMap((item) => {
    const seen = item === undefined || name === undefined ? data : { ...data, ...item }
    const path = renderPath(
      entry.path,
      entry.file,
      item === undefined || name === undefined ? data : { ...data, [name]: item },
    )
    const content = type === 'file' ? renderContent(context, entry, seen) : entry.content
    // A template that gives nothing gives no file: that is how one leaves a file out.
    if (template !== undefined && content.toString().trim() === '') return []
    return [
      {
        path,
        type,
        mode,
        modified,
        content,
        overlay: context.source.name,
        ...(target === undefined ? {} : { target }),
        ...(units === undefined ? {} : { units }),
      },
    ]
  })
}

/** One overlay for one node. Throws a Failure with the template's file, line and column. */
export const renderOverlay = async (
  site: Site,
  state: State,
  node: Node,
  name: string,
  at?: Position,
): Promise<readonly Entry[]> => {
  const source = await readOverlay(site.directory, name, at)
  const templates = source.entries.filter(({ template }) => template !== undefined)
  const asked = (word: string) => templates.some(({ content }) => content.includes(word))
  const data = await templateData(site, state, node, asked)
  try {
    return source.entries.flatMap((entry) => renderEntry({ site, node, source }, entry, data))
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    throw new Failure(thrown.code, `overlay ${name} for ${node.name}: ${thrown.message}`, {
      at: thrown.at,
      hint: thrown.hint,
      cause: thrown.cause,
    })
  }
}

export type OverlayKind = 'system' | 'runtime'

/** All overlays of a kind for a node, later ones over earlier ones: each path once, directories before what stands in them. */
export const renderNode = async (
  site: Site,
  state: State,
  node: Node,
  kind: OverlayKind,
): Promise<readonly Entry[]> => {
  const byPath = new Map<string, Entry>()
  for (const [index, name] of (node.record.overlays?.[kind] ?? []).entries()) {
    const at = originAt(node.merged, ['overlays', kind, index])?.at
    for (const entry of await renderOverlay(site, state, node, name, at)) {
      const former = byPath.get(entry.path)
      if (former && (former.type === 'directory') !== (entry.type === 'directory')) {
        throw new Failure(
          'overlay.conflict',
          `/${entry.path} is a ${former.type} of overlay ${former.overlay} and a ${entry.type} of ${name}`,
          {
            at,
            hint: 'leave one of the two overlays out, or rename the file',
          },
        )
      }
      byPath.set(entry.path, entry)
    }
  }
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}

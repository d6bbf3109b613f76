import type { OverlayParameters } from '../../../schema/types.ts'
import { Failure } from '../../failure.ts'
import { type Host, type ModuleSchema, module } from '../module.ts'
import { provision } from '../provision.ts'
import { type Entry, layEntry } from './entry.ts'
import { checkInside } from './inside.ts'
import schema from './overlay.schema.json' with { type: 'json' }

/** An entry as `provision overlay render --json` prints it. */
type Rendered = {
  readonly path: string
  readonly type: Entry['type']
  /** Octal. */
  readonly mode: string
  readonly content: string
  /** Of a content that is no UTF-8. */
  readonly encoding?: 'base64'
  readonly target?: string
  readonly units?: readonly string[]
}

const entryOf = ({ path, type, mode, content, encoding, target = '', units = [] }: Rendered): Entry => {
  const bytes = Buffer.from(content, encoding ?? 'utf8')
  return { path, type, mode: Number.parseInt(mode, 8), content: bytes, target, units }
}

/** What the overlays give, later ones over earlier ones: each path once, directories before what stands in them. */
const render = async (host: Host, params: OverlayParameters, node: string): Promise<readonly Entry[]> => {
  const byPath = new Map<string, Entry>()
  for (const name of params.name) {
    const text = await provision(host, params, ['overlay', 'render'], { operands: [name, node], needsSite: true })
    for (const entry of (JSON.parse(text) as Rendered[]).map(entryOf)) {
      const former = byPath.get(entry.path)
      if (former && (former.type === 'directory') !== (entry.type === 'directory')) {
        throw new Failure('overlay.conflict', `/${entry.path} is a ${former.type} and, of ${name}, a ${entry.type}`, {
          at: host.at,
        })
      }
      byPath.set(entry.path, entry)
    }
  }
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}

export const overlay = module<OverlayParameters>('overlay', schema as ModuleSchema, async function* (host, params) {
  const node = params.node ?? String(await host.controller.expression('inventory_hostname'))
  const entries = await render(host, params, node)
  const base = await checkInside(host, params.dest, entries)
  const changed: Entry[] = []
  for (const entry of entries) if (yield* layEntry(host, base, entry)) changed.push(entry)
  return {
    dest: params.dest,
    node,
    files: entries.filter(({ type }) => type !== 'directory').map(({ path }) => `/${path}`),
    units: [...new Set(changed.flatMap(({ units }) => units))],
  }
})

import type { CopyParameters } from '../../../schema/types.ts'
import { ensureLink } from '../file/link.ts'
import { statAll } from '../listing.ts'
import { type Change, change, type Host } from '../module.ts'
import { backUp } from '../replacefile.ts'

/** Yields the changes that make links of a source on the host, each with the target that it has in the source. */
export async function* copyLinks(
  host: Host,
  { owner, group, force, backup }: CopyParameters,
  links: readonly { readonly path: string; readonly target: string }[],
): AsyncGenerator<Change, void, unknown> {
  if (links.length === 0) return
  const ownership = { ...(owner === undefined ? {} : { owner }), ...(group === undefined ? {} : { group }) }
  const known = await statAll(
    host,
    links.map(({ path }) => path),
  )
  for (const { path, target } of links) {
    const old = known.get(path)
    if (old && !force) continue
    if (backup && old?.type === 'file') yield* change({ what: `back up ${path}`, apply: () => backUp(host, path) })
    yield* ensureLink(host, { path, src: target, force: true, follow: false, ...ownership }, old)
  }
}

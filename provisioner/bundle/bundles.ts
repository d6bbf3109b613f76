import { findImage } from '../image/images.ts'
import type { Node } from '../node/node.ts'
import type { Site } from '../site.ts'
import type { State } from '../state.ts'
import { type CutBundle, cutBundle, type LoadedPlaybook, loadBootPlaybook } from './cut.ts'

/** Cuts bundles, and remembers for a while what is asked for again. */
export type Bundles = {
  /** The bundle of a node for the image version that its boot runs. */
  of(site: Site, node: Node, image: string): Promise<CutBundle>
}

/** A changed playbook is seen after so many milliseconds; a rack that boots loads it once. */
const playbookLifetime = 5_000
/** A node fetches the files right after the bundle. */
const bundlesKept = 32

type Kept = { readonly site: Site; readonly loaded: Promise<LoadedPlaybook>; readonly until: number }

export const createBundles = (state: State, now: () => number = Date.now): Bundles => {
  const playbooks = new Map<string, Kept>()
  const bundles = new Map<string, { readonly playbook: Kept; readonly cut: Promise<CutBundle> }>()

  const playbookOf = (site: Site, name: string): Kept => {
    const known = playbooks.get(name)
    if (known && known.site === site && known.until > now()) return known
    const made = { site, loaded: loadBootPlaybook(site, name), until: now() + playbookLifetime }
    playbooks.set(name, made)
    return made
  }

  return {
    async of(site, node, reference) {
      const image = await findImage(state, reference)
      const playbook = playbookOf(site, image.manifest.playbook)
      const key = `${node.name} ${reference}`
      const known = bundles.get(key)
      if (known?.playbook === playbook) return known.cut
      const cut = playbook.loaded.then((loaded) => cutBundle(site, node, image, loaded))
      bundles.delete(key)
      bundles.set(key, { playbook, cut })
      for (const oldest of [...bundles.keys()].slice(0, -bundlesKept)) bundles.delete(oldest)
      return cut
    },
  }
}

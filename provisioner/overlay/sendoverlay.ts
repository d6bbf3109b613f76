import { refuse, taggedContent } from '../http/content.ts'
import type { SessionCall } from '../http/route.ts'
import { digestOf } from '../store/digest.ts'
import { keptOverlay } from './kept.ts'
import { packEntries } from './pack.ts'
import { type OverlayKind, renderNode } from './render.ts'

/** GET /overlay/system and /overlay/runtime: the overlays of the session's own node as one tar archive. */
export const sendOverlay =
  (kind: OverlayKind) =>
  async ({ context, services, session }: SessionCall): Promise<Response> => {
    const site = await services.site()
    const node = site.nodes.get(session.node)
    if (!node) return refuse(410, `${session.node} is no node any more`)
    const headers = { 'Content-Type': 'application/x-tar' }
    const kept = kind === 'system' ? await keptOverlay(services.state, session.boot) : undefined
    if (kept) return taggedContent(context, kept, digestOf(kept), headers)
    const { archive, digest } = await packEntries(await renderNode(site, services.state, node, kind))
    return taggedContent(context, archive, digest, headers)
  }

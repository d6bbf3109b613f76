import { refuse, taggedContent } from '../http/content.ts'
import type { SessionCall } from '../http/route.ts'
import { digestOf } from '../store/digest.ts'
import type { CutBundle } from './cut.ts'

/** The bundle of the session's own node, for the image version that its boot began with. */
const bundleOf = async ({ services, session }: SessionCall): Promise<CutBundle | Response> => {
  const { state, bundles } = services
  const site = await services.site()
  const node = site.nodes.get(session.node)
  const boot = await state.tokens.boot(session.boot)
  if (!node || !boot) return refuse(410, `${session.node} is no node any more`)
  return bundles.of(site, node, boot.image)
}

/** GET /bundle: what the session's own node runs. */
export const sendBundle = async (call: SessionCall): Promise<Response> => {
  const cut = await bundleOf(call)
  if (cut instanceof Response) return cut
  const body = Buffer.from(JSON.stringify(cut.bundle))
  return taggedContent(call.context, body, digestOf(body), {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
  })
}

/** GET /bundle/files/:digest: a file of the session's own bundle; others are not there, whoever has them. */
export const sendBundleFile = async (call: SessionCall): Promise<Response> => {
  const cut = await bundleOf(call)
  if (cut instanceof Response) return cut
  const digest = call.context.req.param('digest') ?? ''
  const content = cut.contents.get(digest)
  if (!content) return refuse(404, `the bundle has no file ${digest}`)
  return taggedContent(call.context, content, digest, {
    'Content-Type': 'application/octet-stream',
    'Cache-Control': 'no-store',
  })
}

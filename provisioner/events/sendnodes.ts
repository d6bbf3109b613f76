import type { Call } from '../http/route.ts'
import { nodeStatus } from './status.ts'

/** GET /nodes: where every node is in its latest boot. */
export const sendNodes = async ({ services: { state, site, now } }: Call): Promise<Response> => {
  const { nodes } = await site()
  return Response.json(await nodeStatus(state, [...nodes.keys()], now()), { headers: { 'Cache-Control': 'no-store' } })
}

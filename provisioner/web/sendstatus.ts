import { randomBytes } from 'node:crypto'
import { nodeStatus } from '../events/status.ts'
import type { Call } from '../http/route.ts'
import { statusBody, statusPage } from './page.ts'

/** GET /status: the table of all nodes for a browser; `?rows` without the page around it. */
export const sendStatus = async ({ context, services: { state, site, now } }: Call): Promise<Response> => {
  const { nodes } = await site()
  const statuses = await nodeStatus(state, [...nodes.keys()], now())
  const nonce = randomBytes(16).toString('base64')
  const isPage = context.req.query('rows') === undefined
  return new Response(isPage ? statusPage(statuses, nonce, now()) : statusBody(statuses, now()), {
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'Content-Security-Policy': `default-src 'none'; connect-src 'self'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'`,
    },
  })
}

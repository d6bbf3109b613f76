import { randomBytes } from 'node:crypto'
import { nodeStatus } from '../events/status.ts'
import type { Call } from '../http/route.ts'
import { statusPage, statusRows } from './page.ts'

/** GET /status: the table of all nodes for a browser; `?rows` its rows alone. */
export const sendStatus = async ({ context, services: { state, site } }: Call): Promise<Response> => {
  const { nodes } = await site()
  const statuses = await nodeStatus(state, [...nodes.keys()])
  const nonce = randomBytes(16).toString('base64')
  const isPage = context.req.query('rows') === undefined
  return new Response(isPage ? statusPage(statuses, nonce) : statusRows(statuses), {
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'Content-Security-Policy': `default-src 'none'; connect-src 'self'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'`,
    },
  })
}

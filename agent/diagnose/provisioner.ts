import { messageOf } from '../../engine/failure.ts'
import { readRecord } from '../runtime/record.ts'
import type { Handover } from '../system/handover.ts'
import { reasonOf, request } from '../system/http.ts'
import type { Section } from './section.ts'

type Reached = {
  readonly server: string
  readonly status: number | null
  readonly ms: number
  readonly problem?: string
}

/** Asks a server what the agent asks it every minute: TLS with the pinned authority, and the session. */
const reach = async (server: string, { ca, session }: Handover, etag: string | undefined): Promise<Reached> => {
  const start = performance.now()
  const took = () => Math.round(performance.now() - start)
  try {
    const answer = await request(`${server}/overlay/runtime`, {
      ca,
      headers: { authorization: `Bearer ${session.key}`, ...(etag === undefined ? {} : { 'if-none-match': etag }) },
      idle: 5_000,
    })
    const { status } = answer
    if (status === 200 || status === 304) {
      answer.body.destroy()
      return { server, status, ms: took() }
    }
    return { server, status, ms: took(), problem: `it answers ${status}: ${await reasonOf(answer)}` }
  } catch (thrown) {
    return { server, status: null, ms: took(), problem: messageOf(thrown) }
  }
}

/** Whether the provisioners answer this node, and know its session. */
export const provisionerSection = async (handover: Handover): Promise<Section> => {
  const { etag } = readRecord('/')
  const reached = await Promise.all(handover.servers.map(({ https }) => reach(https, handover, etag)))
  return {
    title: 'provisioner',
    facts: { servers: reached, session: { node: handover.session.node, boot: handover.session.boot } },
    rows: reached.map(({ server, ms, problem }) => [server, problem === undefined ? 'answers' : 'fails', `${ms} ms`]),
    problems: reached.flatMap(({ server, problem }) => (problem === undefined ? [] : [`${server}: ${problem}`])),
  }
}

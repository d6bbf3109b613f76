import type { SecretBundle, SecretFile } from '../../schema/types.ts'
import { refuse } from '../http/content.ts'
import type { SessionCall } from '../http/route.ts'
import { scopesOf, secretStore } from './store.ts'

/** GET /secrets: the secrets that the record of the session's own node names. */
export const sendSecrets = async ({ services, session, address }: SessionCall): Promise<Response> => {
  const { state, log } = services
  const site = await services.site()
  const node = site.nodes.get(session.node)
  if (!node) return refuse(410, `${session.node} is no node any more`)
  const store = secretStore(state.directory)
  const files: SecretFile[] = []
  const missing: string[] = []
  const optional: string[] = []
  for (const [name, { required = true }] of Object.entries(node.record.secrets ?? {})) {
    let content: Buffer | undefined
    for (const scope of scopesOf(node.name, node.groups)) content ??= await store.get({ name, scope })
    if (content) {
      files.push({ name, required, content: content.toString('base64') })
      content.fill(0)
    } else (required ? missing : optional).push(name)
  }
  const note = (message: string) =>
    state.events.note({ kind: 'server', node: node.name, boot: session.boot, address, message })
  if (missing.length > 0) {
    const message = `required secret ${missing.join(', ')} is not set (provision secrets set ${missing[0]})`
    log.error(`${node.name}: ${message}`)
    await note(message)
    return refuse(409, message)
  }
  const without = optional.length > 0 ? `; optional and not set: ${optional.join(', ')}` : ''
  await note(`secrets sent: ${files.map(({ name }) => name).join(', ') || 'none'}${without}`)
  const answer: SecretBundle = { files, missing: optional }
  return Response.json(answer, { headers: { 'Cache-Control': 'no-store' } })
}

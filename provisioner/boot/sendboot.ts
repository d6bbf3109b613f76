import { attemptsWith } from '../events/outcome.ts'
import { refuse } from '../http/content.ts'
import type { Call } from '../http/route.ts'
import { findImage } from '../image/images.ts'
import { keepOverlay } from '../overlay/kept.ts'
import { type Beginning, beginBoot } from './begin.ts'
import { tokenSeconds, tokensPerBoot } from './limits.ts'
import { bootInitrd, bootManifest, serverUrls } from './manifest.ts'
import { bootScript, leaveScript, waitScript } from './script.ts'

const script = (text: string): Response =>
  new Response(text, { headers: { 'Content-Type': 'text/plain', 'Cache-Control': 'no-store' } })

/** GET /boot/ipxe?mac=…: what a machine's iPXE runs. Always a script: firmware shows nothing of an error page. */
export const sendBootScript = async ({ context, services, address }: Call): Promise<Response> => {
  const mac = context.req.query('mac')
  if (mac === undefined || !/^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i.test(mac))
    return refuse(400, 'name the machine: ?mac=6c:92:cf:ee:90:80')
  const beginning = await beginBoot(services, mac, address).catch((thrown: unknown): Beginning => {
    // an error page would end the firmware's attempt; a script lets the node ask again once this is mended
    services.log.error(`boot script for ${mac} at ${address}: ${thrown instanceof Error ? thrown.stack : thrown}`)
    return { refused: 'wait', message: 'the provisioner failed; its log says why' }
  })
  if ('refused' in beginning)
    return script((beginning.refused === 'leave' ? leaveScript : waitScript)(beginning.message))
  const { node, image, kernel, initramfs, boot } = beginning
  const { settings } = await services.site()
  return script(bootScript({ node, image, kernel, initramfs, server: serverUrls(settings).http, boot: boot.id }))
}

/**
 * GET /boot/initrd/:boot: the further initrd of one boot, with its single-use token. Each answer has a new token and
 * ends the former one, so a copy that somebody else fetches shows itself when the node is refused.
 */
export const sendBootInitrd = async ({ context, services, address }: Call): Promise<Response> => {
  const { state, ca, log, now } = services
  const boot = await state.tokens.boot(context.req.param('boot') ?? '')
  if (!boot) return refuse(404, 'there is no such boot')
  const site = await services.site()
  const node = site.nodes.get(boot.node)
  if (!node) return refuse(410, `${boot.node} is no node any more`)
  const alarm = (message: string) =>
    state.events.note({ kind: 'alarm', node: boot.node, boot: boot.id, address, message })
  // Firmware may speak from another address than the record's where another DHCP server gives them out.
  if (address !== boot.address && site.settings.dhcp?.mode === 'server') {
    await alarm(`boot initrd asked for from ${address}, which is not the node's address`)
    return refuse(403, 'this boot is not yours')
  }
  const late = now().getTime() - Date.parse(boot.created) > tokenSeconds * 1000
  if (late) return refuse(410, 'this boot began too long ago: ask for a new boot script')
  if (context.req.method === 'HEAD') return new Response(null, { headers: { 'Cache-Control': 'no-store' } })
  const image = await findImage(state, boot.image)
  const token = await state.tokens.issue(boot.id, { seconds: tokenSeconds, times: tokensPerBoot })
  if (token === undefined) {
    await alarm('boot initrd asked for again after its token was used, or too often')
    return refuse(410, 'this boot has had its tokens: ask for a new boot script')
  }
  const attempts = await attemptsWith(state, boot.node, boot.id, now())
  const overlay = await keepOverlay(site, state, node, boot.id)
  const parts = { node, image, settings: site.settings, ca, boot: boot.id, token, time: now(), attempts, overlay }
  const body = bootInitrd(bootManifest(parts))
  await state.events.note({ kind: 'server', node: node.name, boot: boot.id, address, message: 'boot initrd sent' })
  log.info(`boot initrd for ${node.name} at ${address}, boot ${boot.id}`)
  return new Response(body as Uint8Array<ArrayBuffer>, {
    headers: {
      'Content-Type': 'application/octet-stream',
      'Content-Length': String(body.length),
      'Cache-Control': 'no-store',
    },
  })
}

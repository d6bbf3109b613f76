import { Failure, messageOf } from '../../engine/failure.ts'
import { normalMac } from '../../engine/inventory/node/interfaces.ts'
import type { ImageKernel } from '../../schema/types.ts'
import { type Image, imageOfNode, kernelOf, referenceOf } from '../image/images.ts'
import { firmwareMacs, withoutPrefix } from '../node/interfaces.ts'
import type { Node } from '../node/node.ts'
import type { Services } from '../services.ts'
import type { Site } from '../site.ts'
import type { Boot } from '../store/tokens.ts'

/** A boot script's answer: a boot that may begin, or why not. */
export type Beginning =
  | { readonly node: Node; readonly image: Image; readonly kernel: ImageKernel; readonly boot: Boot }
  /** `leave`: not ours; `wait`: ask again. */
  | { readonly refused: 'leave' | 'wait'; readonly message: string }

/** A script asked for again this soon (firmware repeats itself) belongs to the same boot. */
const repeatedWithin = 30_000

const ownerOf = (site: Site, address: string): Node | undefined =>
  [...site.nodes.values()].find(({ interfaces }) =>
    interfaces.some((each) =>
      [each.address, each.address6].some((own) => own !== undefined && withoutPrefix(own) === address),
    ),
  )

/** A node speaks from its own address; where our DHCP gives addresses it does so from the first packet on. */
const isItsAddress = (site: Site, node: Node, address: string): boolean => {
  const owner = ownerOf(site, address)
  if (owner) return owner.name === node.name
  return node.address === undefined || site.settings.dhcp?.mode !== 'server'
}

const windowIsOpen = async ({ state, now }: Services, node: Node): Promise<boolean> => {
  if ((node.boot.window ?? 'open') === 'open') return true
  const until = await state.tokens.window(node.name)
  return until !== undefined && until > now()
}

/** Decides what a machine that asks for a boot script gets, and writes it down. */
export const beginBoot = async (services: Services, claimedMac: string, address: string): Promise<Beginning> => {
  const { state, now, log } = services
  const site = await services.site()
  const mac = normalMac(claimedMac)
  const node = [...site.nodes.values()].find(({ interfaces }) => firmwareMacs(interfaces).includes(mac))
  if (!node) {
    log.info(`boot script: ${mac} at ${address} is no node's boot interface, nor a card of the bond over one`)
    return { refused: 'leave', message: `${mac} is not in the inventory` }
  }
  const refuse = async (kind: 'server' | 'alarm', message: string): Promise<Beginning> => {
    log.warning(`boot script for ${node.name}: ${message}`)
    await state.events.note({ kind, node: node.name, address, message })
    return { refused: 'wait', message: `${node.name}: ${message}` }
  }
  if (!isItsAddress(site, node, address)) return refuse('alarm', `asked for from ${address}, which is not its address`)
  if (!(await windowIsOpen(services, node))) return refuse('server', 'its provisioning window is closed')
  let image: Image
  let kernel: ImageKernel
  try {
    image = await imageOfNode(state, node)
    kernel = kernelOf(image, node.record.kernel?.version)
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    return refuse('server', messageOf(thrown))
  }
  const wanted = {
    node: node.name,
    mac,
    address: node.address ?? address,
    image: referenceOf(image),
    kernel: kernel.version,
  }
  const since = new Date(now().getTime() - repeatedWithin).toISOString()
  const former = (await state.tokens.boots({ node: node.name, since })).at(-1)
  const isSame = former && (Object.keys(wanted) as (keyof typeof wanted)[]).every((key) => former[key] === wanted[key])
  if (isSame && (await state.events.list({ boot: former.id })).length <= 1) return { node, image, kernel, boot: former }
  const boot = await state.tokens.begin(wanted)
  await state.events.note({
    kind: 'server',
    node: node.name,
    boot: boot.id,
    address,
    message: `boot script sent: ${wanted.image}`,
  })
  log.info(`boot script for ${node.name} at ${address}: ${wanted.image}, boot ${boot.id}`)
  return { node, image, kernel, boot }
}

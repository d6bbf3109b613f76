import { Failure, messageOf } from '../../engine/failure.ts'
import { normalMac } from '../../engine/inventory/node/interfaces.ts'
import type { Blob, ImageKernel } from '../../schema/types.ts'
import { outcomeOf } from '../events/outcome.ts'
import { silence } from '../events/status.ts'
import { type Image, imageOfNode, initramfsOf, kernelOf, referenceOf } from '../image/images.ts'
import { firmwareMacs, withoutPrefix } from '../node/interfaces.ts'
import type { Node } from '../node/node.ts'
import type { Services } from '../services.ts'
import type { Site } from '../site.ts'
import type { Boot } from '../store/tokens.ts'
import { silenceSeconds } from './limits.ts'

/** A boot script's answer: a boot that may begin, or why not. */
export type Beginning =
  | {
      readonly node: Node
      readonly image: Image
      readonly kernel: ImageKernel
      readonly initramfs: Blob
      readonly boot: Boot
    }
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

/**
 * Why a node may not begin a boot now. With the policy 'down', any user of a node that runs could ask for a script from the
 * node's own address, and would get its secrets: so a node whose agent was heard a moment ago gets none. Silence while
 * nobody listened is none, so it counts from our own start.
 */
const closedBecause = async ({ state, now, started }: Services, node: Node): Promise<string | undefined> => {
  const policy = node.boot.window ?? 'down'
  if (policy === 'open') return undefined
  const until = await state.tokens.window(node.name)
  if (until !== undefined && until > now()) return undefined
  if (policy === 'power') return 'its provisioning window is closed'
  const heard = await state.tokens.running(node.name)
  if (heard === undefined) return undefined
  const silence = (now().getTime() - Math.max(heard.getTime(), started.getTime())) / 1000
  if (silence >= silenceSeconds) return undefined
  const left = Math.ceil(silenceSeconds - silence)
  return `its system was running a moment ago; if it is down it may boot in ${left} s ('provision node open ${node.name}': at once)`
}

/** A boot that ended without a word is written down when the node comes back: it hung, was killed, or lost its power. */
const noteSilence = async ({ state, log }: Services, node: string): Promise<void> => {
  const former = (await state.tokens.boots({ node })).at(-1)
  const outcome = former && (await outcomeOf(state, former))
  if (!former || !outcome?.startsWith(silence)) return
  log.warning(`boot ${former.id} of ${node}: ${outcome}`)
  await state.events.note({ kind: 'server', node, boot: former.id, message: outcome })
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
  const closed = await closedBecause(services, node)
  if (closed !== undefined) return refuse('server', closed)
  let image: Image
  let kernel: ImageKernel
  let initramfs: Blob
  try {
    image = await imageOfNode(state, node)
    kernel = kernelOf(image, node.record.kernel?.version)
    initramfs = initramfsOf(image, kernel, node.record.kernel?.initramfs)
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
  if (isSame && (await state.events.list({ boot: former.id })).length <= 1)
    return { node, image, kernel, initramfs, boot: former }
  await noteSilence(services, node.name)
  const boot = await state.tokens.begin(wanted)
  await state.events.note({
    kind: 'server',
    node: node.name,
    boot: boot.id,
    address,
    message: `boot script sent: ${wanted.image}`,
  })
  log.info(`boot script for ${node.name} at ${address}: ${wanted.image}, boot ${boot.id}`)
  return { node, image, kernel, initramfs, boot }
}

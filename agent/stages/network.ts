import { readFile, writeFile } from 'node:fs/promises'
import { Failure } from '../../engine/failure.ts'
import type { BootContext, BootStage, Details } from '../context.ts'
import { type BondHealth, bondHealth, parseBonding } from '../system/bondhealth.ts'
import { hasCarrier, listCards } from '../system/cards.ts'
import { setClock } from '../system/clock.ts'
import { requestAddress } from '../system/dhcp.ts'
import {
  addressCommands,
  bondCommands,
  type Card,
  cardCommands,
  freeNameCommands,
  type LinkPlan,
  type Network,
  normalMac,
  planLinks,
  resolvConf,
  vlanCommands,
} from '../system/links.ts'
import { run, runAll } from '../system/run.ts'
import { waitFor } from '../system/wait.ts'

/** Seconds that cards may take to appear: drivers load side by side, some of them late. */
const cardWait = 30

/** Seconds for a link or an LACP partner: switches with spanning tree or slow LACP take more than a minute. */
const linkWait = 90

/** Seconds for the other links once one carries traffic: a dead cable does not hold the boot up for long. */
const furtherWait = 15

/** The cards of some networks; after the wait, those that came. */
const findCards = async (context: BootContext, networks: readonly Network[]): Promise<ReadonlyMap<string, Card>> => {
  const find = async () => {
    const cards = await listCards()
    return new Map(
      networks.flatMap((network) => {
        const card = cards.find(({ mac }) => network.mac !== undefined && mac === normalMac(network.mac))
        return card ? [[network.name, card] as const] : []
      }),
    )
  }
  return context.log.step(`looking for ${networks.map(({ name, mac }) => `${name} (${mac})`).join(', ')}`, async () => {
    const all = await waitFor(cardWait, async () => {
      context.watchdog.progress()
      const found = await find()
      return found.size === networks.length ? found : undefined
    })
    return all ?? find()
  })
}

const readBond = async (name: string) => parseBonding(await readFile(`/proc/net/bonding/${name}`, 'utf8'))

const makeBond = async (context: BootContext, plan: LinkPlan & { kind: 'bond' }): Promise<Details> => {
  const { network, members, address } = plan
  const found = await findCards(context, members)
  const missing = members.filter(({ name }) => !found.has(name))
  if (found.size === 0)
    throw new Failure(
      'network.card',
      `no member of ${network.name} is there: ${missing.map(({ mac }) => mac).join(', ')}`,
      {
        hint: 'compare the MACs of node_networks with the cards of the node, and see that their driver is in the initramfs',
      },
    )
  await runAll(context.log, bondCommands(network, address, [...found.values()]))
  const start = performance.now()
  let health: BondHealth = { healthy: false, links: 0 }
  let firstLink: number | undefined
  await context.log.step(`waiting for ${network.name}`, () =>
    waitFor(linkWait, async () => {
      context.watchdog.progress()
      // a member that is missing is not waited for twice
      health = bondHealth(await readBond(network.name), found.size)
      if (health.links > 0) firstLink ??= performance.now()
      const waitedOn = firstLink === undefined ? 0 : performance.now() - firstLink
      return health.healthy || waitedOn > furtherWait * 1000 ? true : undefined
    }),
  )
  const state = await readBond(network.name)
  const details = {
    mode: network.mode ?? 'active-backup',
    links: health.links,
    members: members.length,
    ms: Math.round(performance.now() - start),
    ...(state.partner === undefined ? {} : { partner: state.partner }),
  }
  const reasons = [
    ...(missing.length > 0 ? [`missing: ${missing.map(({ name, mac }) => `${name} (${mac})`).join(', ')}`] : []),
    ...(health.reason === undefined ? [] : [health.reason]),
  ]
  if (reasons.length > 0) {
    const message = `${network.name}: ${reasons.join('; ')}`
    context.log.warning(`${message}; going on`)
    context.events.add('network', 'degraded', { message, details })
  }
  return details
}

const makeCard = async (context: BootContext, network: Network): Promise<Details> => {
  const card = (await findCards(context, [network])).get(network.name)
  const needed = network.boot === true || network.address !== undefined
  if (!card) {
    const message = `${network.name}: no card has the MAC ${network.mac ?? '(none is given)'}`
    if (network.boot) throw new Failure('network.card', message)
    context.log.warning(`${message}; going on`)
    context.events.add('network', 'degraded', { message })
    return { missing: true }
  }
  const taken = (await listCards()).some(({ device, mac }) => device === network.name && mac !== card.mac)
  if (taken) await runAll(context.log, freeNameCommands(network.name))
  await runAll(context.log, cardCommands(network, card.device))
  if (!needed) return {}
  const carrier = await context.log.step(`waiting for the link of ${network.name}`, () =>
    waitFor(network.boot ? linkWait : 10, async () => {
      context.watchdog.progress()
      return (await hasCarrier(network.name)) || undefined
    }),
  )
  if (carrier) return {}
  const message = `${network.name}: no link`
  context.log.warning(`${message}; going on`)
  context.events.add('network', 'degraded', { message })
  return { link: false }
}

const makeLink = async (context: BootContext, plan: LinkPlan): Promise<Details> => {
  if (plan.kind === 'bond') return makeBond(context, plan)
  if (plan.kind === 'card') return makeCard(context, plan.network)
  await runAll(context.log, vlanCommands(plan.network, plan.parent, plan.id))
  return { parent: plan.parent, id: plan.id }
}

/** The interface that the node boots over asks for an address when the inventory gives it none. */
const wantsAddress = (plan: LinkPlan): boolean => {
  const { network } = plan
  const boots = network.boot || (plan.kind === 'bond' && plan.members.some((member) => member.boot))
  return Boolean(boots || network.primary) && !network.address && !network.address6
}

/**
 * Makes the interfaces of the boot manifest, bonds before anything depends on them, and opens the session: the network
 * is there when the provisioner answers.
 */
export const network: BootStage = {
  name: 'network',
  async run(context) {
    const { manifest, log } = context
    const plans = planLinks(manifest.network)
    const details: Record<string, unknown> = {}
    await run(log, 'ip', ['link', 'set', 'lo', 'up'])
    // a VLAN carries the address when the node boots over it: then its parent needs none
    const carried = new Set(plans.flatMap((plan) => (plan.kind === 'vlan' ? [plan.parent] : [])))
    for (const plan of plans) {
      const { name } = plan.network
      details[name] = await makeLink(context, plan)
      if (details[name] !== undefined && (details[name] as Details)['missing']) continue
      await runAll(log, addressCommands(plan.network))
      if (wantsAddress(plan) && !carried.has(name)) await requestAddress(name, log)
    }
    const resolv = resolvConf(manifest.network)
    if (resolv !== undefined) await log.step('writing /etc/resolv.conf', () => writeFile('/etc/resolv.conf', resolv))
    await setClock(manifest.time, log)
    await log.step('opening the session', () => context.provisioner.open(manifest.token))
    await context.events.flush()
    return details
  },
}

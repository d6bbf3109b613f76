import { writeFile } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import { Failure } from '../../engine/failure.ts'
import type { BootContext, BootStage, Details } from '../context.ts'
import { duplicates, type Given, leaseAddress, setAnew } from '../network/address.ts'
import { givenAddress6 } from '../network/address6.ts'
import { awaitLinks, neededLinks } from '../network/await.ts'
import { resolvConf } from '../network/commands.ts'
import { cardsOf, createLinks, type Links, loadBonding, type Problem } from '../network/links.ts'
import { checkMtu, isMtuLarge, linkTo, smallMtu } from '../network/mtu.ts'
import { type LinkPlan, planLinks } from '../network/plan.ts'
import { addressOf, type Place, placeOf, reachable } from '../network/reach.ts'
import { readTaken, type Taken } from '../network/takeover.ts'
import { linkDetails, linkMessage, watchLinks } from '../network/watch.ts'
import { setClock } from '../system/clock.ts'
import { run } from '../system/run.ts'

/** Milliseconds that a provisioner has to take a connection. */
const reachWait = 2_000

const degrade = ({ log, events }: BootContext, message: string, details: Details): void => {
  log.warning(`${message}; going on`)
  events.add('network', 'degraded', { message, details })
}

/** What became of each link, for the event that ends the stage. */
const linkFigures = async ({ plans, state }: Links): Promise<Details> =>
  Object.fromEntries(
    await Promise.all(
      plans.map(async (plan) => {
        const { interface: name, ...figures } = linkDetails(plan, await state(plan))
        return [name, { ...figures, ...(plan.kind === 'bond' ? { members: plan.members.length } : {}) }]
      }),
    ),
  )

/** Reports every link that is less than it was made to be. Returns what each lacks, for the watch that goes on. */
const reportLinks = async (context: BootContext, links: Links): Promise<ReadonlyMap<LinkPlan, readonly Problem[]>> => {
  const known = new Map<LinkPlan, readonly Problem[]>()
  const needed = neededLinks(links.plans)
  for (const plan of links.plans.filter((each) => cardsOf(each).length > 0)) {
    const { address, address6 } = plan.network
    const state = await links.state(plan)
    // a card that only has to be there may be without a cable
    const isUsed = needed.includes(plan) || address !== undefined || address6 !== undefined
    const problems = state.problems.filter(({ reason }) => isUsed || reason !== 'link-down')
    known.set(plan, problems)
    if (problems.length > 0) degrade(context, linkMessage(plan, state), linkDetails(plan, state))
  }
  return known
}

/** No card for what the node boots over is the end of the boot: there is nothing to go on with. */
const requireCards = async (links: Links): Promise<void> => {
  const needed = neededLinks(links.plans)
  for (const plan of needed) {
    const { problems } = await links.state(plan)
    const lacking = problems.filter(({ reason }) => reason === 'missing-card' || reason === 'refused')
    if (lacking.length < cardsOf(plan).length) return
    if (plan !== needed.at(-1)) continue
    throw new Failure(
      'network.card',
      `${plan.network.name} has no card: ${lacking.map(({ message }) => message).join('; ')}`,
      {
        hint: 'compare the MACs of node_networks with the cards of the node, and see that their driver is in the initramfs',
      },
    )
  }
}

/** Finds whether frames of the size that the inventory gives reach the provisioner; goes on with small ones where not. */
const fitMtu = async (context: BootContext, places: readonly Place[]): Promise<Details> => {
  const { log } = context
  if (!(await isMtuLarge())) return {}
  const place = (await reachable(places, reachWait)) ?? places[0]
  const address = place && (await addressOf(place.host))
  const link = address === undefined ? undefined : await linkTo(address)
  if (address === undefined || link === undefined || link.mtu <= smallMtu) return {}
  const { device, mtu } = link
  const check = await log.step(`sending frames of ${mtu} bytes to ${address}`, () => checkMtu(address, mtu))
  if (check === 'passes') return { mtu }
  if (check === 'unknown') {
    log.warning(`whether ${device} passes frames of ${mtu} bytes is unknown: ${address} answers no echo request`)
    return { mtu, checked: false }
  }
  await run(log, 'ip', ['link', 'set', device, 'mtu', String(smallMtu)])
  const message = `${device}: frames of ${mtu} bytes do not reach ${address}; MTU ${smallMtu} instead`
  degrade(context, message, { interface: device, reasons: ['mtu'], wanted: mtu, mtu: smallMtu })
  return { mtu: smallMtu, wanted: mtu }
}

/** Asks for an address in the family in which the provisioner speaks. */
const askAddress = async (context: BootContext, plan: LinkPlan, place: Place): Promise<Given> => {
  const { manifest, log, watchdog, ending } = context
  const device = plan.network.name
  const options = {
    device,
    hasMtu: plan.network.mtu !== undefined,
    towards: place.host,
    budget: manifest.retry?.budget ?? 600,
    log,
    progress: () => watchdog.progress(),
    signal: ending,
  }
  if (isIPv6(place.host)) {
    const given = await givenAddress6(options)
    if (given) return given
    throw new Failure(
      'network.address',
      `${device} has no address: no router advertises a prefix, and no DHCPv6 server gave an address`,
      { hint: "give the interface a static 'address6', or let a router or a DHCPv6 server of the segment give one" },
    )
  }
  const lease = await leaseAddress(options)
  if (lease) return lease
  throw new Failure('network.address', `${device} has no address, and no DHCP server gave one`, {
    hint: "give the interface a static 'address', or see that the DHCP server hears the segment and has a free one",
  })
}

/**
 * Looks for IPv6 addresses that another machine has; the kernel does not use them. An LACP bond has carrier, and the kernel
 * looks, before its partner lets frames pass: it looks again, but for addresses that were the node's own before.
 */
const reportDuplicates = async (context: BootContext, links: Links, taken: ReadonlyMap<string, Taken>) => {
  const had = new Set([...taken.values()].flatMap(({ addresses }) => addresses.map(({ local }) => local)))
  const isLate = links.plans.some(({ kind, network: { mode } }) => kind === 'bond' && mode === '802.3ad')
  for (const { network } of links.plans) {
    const { name, address6 } = network
    if (address6 === undefined || !links.isMade(name)) continue
    let found = await duplicates(name)
    if (isLate && found.length === 0 && !had.has(address6.split('/', 1)[0]!)) {
      await setAnew(name, address6, context.log)
      found = await duplicates(name)
    }
    for (const address of found)
      degrade(context, `${name}: another machine has ${address} too`, {
        interface: name,
        reasons: ['duplicate-address'],
      })
  }
}

/**
 * Makes the interfaces of the boot manifest, bonds before anything depends on them, and opens the session: the network
 * is there when the provisioner answers. What the firmware left on a card goes over to what is made over it.
 */
export const network: BootStage = {
  name: 'network',
  async run(context, waiting) {
    const { manifest, log, events, watchdog, ending } = context
    const places = manifest.servers.map(placeOf)
    const [place] = places
    if (!place) throw new Error('a manifest names a server')
    const plans = planLinks(manifest.network)
    const loopback = run(log, 'ip', ['link', 'set', 'lo', 'up'])
    const [taken] = await Promise.all([readTaken(), loopback, loadBonding(plans, log)])
    const links = createLinks(plans, taken, log)
    let lease: Promise<Given> | undefined
    const ask = (plan: LinkPlan) => {
      lease ??= askAddress(context, plan, place)
      lease.catch(() => {}) // awaited below
    }
    const waited = await awaitLinks({
      links,
      log,
      progress: () => watchdog.progress(),
      reach: async () => (await reachable(places, reachWait)) !== undefined,
      up: (plan) => {
        if (plan.asks) ask(plan)
      },
      waiting: () => waiting?.(),
    })
    await requireCards(links)
    const known = await reportLinks(context, links)
    void watchLinks({ links, log, events, signal: ending, known })
    const asking = links.plans.find(({ asks }) => asks)
    if (asking) ask(asking) // its link never came up, but may yet
    const given = await lease
    await reportDuplicates(context, links, taken)
    const resolv = resolvConf([...manifest.network, ...(given === undefined ? [] : [given])])
    if (resolv !== undefined) await log.step('writing /etc/resolv.conf', () => writeFile('/etc/resolv.conf', resolv))
    const frames = await fitMtu(context, places)
    await setClock(manifest.time, log)
    await log.step('opening the session', () => context.provisioner.open(manifest.token))
    await context.events.flush()
    return {
      ...(await linkFigures(links)),
      waited,
      ...frames,
      ...(given?.leaseTime === undefined ? {} : { lease: given.leaseTime }),
    }
  },
}

import { readdir, readFile } from 'node:fs/promises'
import { hasCarrier, listCards } from '../network/cards.ts'
import { bondHealth, type MemberState, readBond } from '../network/health.ts'
import type { Section } from './section.ts'

/** LACP state of a port, as 802.1AX names its bits. */
const bits = [
  'active',
  'fast',
  'aggregatable',
  'in sync',
  'collecting',
  'distributing',
  'defaulted',
  'expired',
] as const

export const stateText = (state: number | undefined): string =>
  state === undefined ? 'unknown' : `${state} (${bits.filter((_, bit) => state & (1 << bit)).join(', ')})`

const memberRow = ({ device, up, speed, aggregator, state }: MemberState): string[] => [
  '  member',
  device,
  up ? 'up' : 'down',
  speed,
  ...(aggregator === undefined ? [''] : [`aggregator ${aggregator}, LACP state ${stateText(state)}`]),
]

const bondsNow = async () => {
  const names = await readdir('/proc/net/bonding').catch((): string[] => [])
  return Promise.all(
    names.map(async (name) => {
      const state = await readBond(name)
      return { name, ...state, health: bondHealth(state, state.members.length) }
    }),
  )
}

const cardsNow = async () =>
  Promise.all(
    (await listCards()).map(async (card) => ({
      ...card,
      carrier: await hasCarrier(card.device),
      speed: (await readFile(`/sys/class/net/${card.device}/speed`, 'utf8').catch(() => '')).trim(),
    })),
  )

/** Cards, and bonds with what their partner and each member says. */
export const networkSection = async (): Promise<Section> => {
  const [cards, bonds] = await Promise.all([cardsNow(), bondsNow()])
  return {
    title: 'network',
    facts: { cards, bonds },
    rows: [
      ...cards.map(({ device, mac, carrier, speed }) => [
        'card',
        device,
        mac,
        carrier ? 'link' : 'no link',
        /^\d+$/.test(speed) ? `${speed} Mbps` : '',
      ]),
      ...bonds.flatMap(({ name, mode, partner, members, health }) => [
        [
          'bond',
          name,
          mode,
          `${health.links} of ${members.length} links`,
          partner === undefined ? '' : `partner ${partner}`,
        ],
        ...members.map(memberRow),
      ]),
    ],
    problems: bonds.flatMap(({ name, health }) => (health.healthy ? [] : [`${name}: ${health.message}`])),
  }
}

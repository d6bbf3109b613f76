import { existsSync } from 'node:fs'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { type Interface, normalMac } from '../../engine/inventory/node/interfaces.ts'

/** A card that is there: its name of the moment and its own address. */
export type Card = { readonly device: string; readonly mac: string }

const text = async (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').then(
    (content) => content.trim(),
    () => undefined,
  )

/**
 * The network cards that are there now, by their own addresses. A member of a bond shows the bond's address, so its
 * permanent one is taken; bonds, VLANs, and the file bonding_masters that stands among them are no cards.
 */
export const listCards = async (sys = '/sys/class/net'): Promise<readonly Card[]> => {
  const cards: Card[] = []
  for (const device of (await readdir(sys)).sort()) {
    const isCard = await readlink(`${sys}/${device}/device`).then(
      () => true,
      () => false,
    )
    if (!isCard) continue
    const mac =
      (await text(`${sys}/${device}/bonding_slave/perm_hwaddr`)) ?? (await text(`${sys}/${device}/address`)) ?? ''
    if (mac) cards.push({ device, mac: normalMac(mac) })
  }
  return cards
}

/** Length of a written GUID, and of an InfiniBand address: what comes before the GUID in it changes with every boot. */
const guid = 'xx:xx:xx:xx:xx:xx:xx:xx'.length

/** Whether a card is the one that the inventory means. */
export const isCardOf = ({ type, mac }: Pick<Interface, 'type' | 'mac'>, card: Card): boolean => {
  if (mac === undefined) return false
  const wanted = normalMac(mac)
  return type === 'infiniband'
    ? card.mac.length > guid && card.mac.slice(-guid) === wanted.slice(-guid)
    : card.mac === wanted
}

/**
 * Whether udev is done with a card, or there is no udev. It renames a card that has just come: who takes it before acts on a
 * name that is gone in the next moment.
 */
export const isSettled = async (device: string, sys = '/sys/class/net', udev = '/run/udev'): Promise<boolean> => {
  if (!existsSync(`${udev}/control`)) return true
  const index = await text(`${sys}/${device}/ifindex`)
  return index === undefined || existsSync(`${udev}/data/n${index}`)
}

/** Whether a link has carrier; false as long as it is down. */
export const hasCarrier = async (device: string, sys = '/sys/class/net'): Promise<boolean> =>
  (await text(`${sys}/${device}/carrier`)) === '1'

/** The names of all links, cards or not. */
export const linkNames = async (sys = '/sys/class/net'): Promise<readonly string[]> =>
  (await readdir(sys)).filter((name) => name !== 'bonding_masters')

import { readdir, readFile, readlink } from 'node:fs/promises'
import { type Card, normalMac } from './links.ts'

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

/** Whether a link has carrier; false as long as it is down. */
export const hasCarrier = async (device: string, sys = '/sys/class/net'): Promise<boolean> =>
  (await text(`${sys}/${device}/carrier`)) === '1'

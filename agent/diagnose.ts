import { readdir } from 'node:fs/promises'
import { contentText, diskText } from './mkdisk/machine.ts'
import { hasCarrier, listCards } from './network/cards.ts'
import { bondHealth, readBond } from './network/health.ts'
import { inspectMachine } from './system/disks.ts'
import { mebibytes, readMemory } from './system/memory.ts'

const bondLines = async (): Promise<readonly string[]> => {
  const names = await readdir('/proc/net/bonding').catch((): string[] => [])
  return Promise.all(
    names.map(async (name) => {
      const bond = await readBond(name)
      const { healthy, message, links } = bondHealth(bond, bond.members.length)
      const partner = bond.partner === undefined ? '' : `, partner ${bond.partner}`
      return `bond ${name}: ${healthy ? 'healthy' : message}, ${links} links${partner}`
    }),
  )
}

const cardLines = async (): Promise<readonly string[]> =>
  Promise.all(
    (await listCards()).map(
      async ({ device, mac }) => `card ${device}: ${mac}, ${(await hasCarrier(device)) ? 'link' : 'no link'}`,
    ),
  )

const diskLines = async (): Promise<readonly string[]> => {
  const { disks, arrays } = await inspectMachine()
  return [
    ...disks.map((disk) => `${diskText(disk)}: ${contentText(disk.content)}${disk.busy ? `, ${disk.busy}` : ''}`),
    ...arrays.map(({ device, members }) => `array ${device}: ${members.join(' ')}`),
  ]
}

/** Prints cards, bonds, disks and memory as the stages would find them; changes nothing. For an emergency shell. */
export const diagnose = async (): Promise<number> => {
  const memory = await readMemory()
  const lines = [
    ...(memory === undefined ? [] : [`memory available: ${mebibytes(memory.available)}`]),
    ...(await cardLines()),
    ...(await bondLines()),
    ...(await diskLines()),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  return 0
}

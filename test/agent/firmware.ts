import { readFile, rm } from 'node:fs/promises'
import type { BootManifest } from '../../schema/types.ts'
import { manifestIn } from '../provisioner/fixture.ts'
import type { Segment } from './segment.ts'

/**
 * The boot manifest of the node with that MAC, fetched over a segment as its firmware would; `provisioner` is its plain URL.
 * `from` is the address that the firmware has where the node has no static one: its token is good from there alone.
 */
export const fetchManifest = async (
  segment: Segment,
  provisioner: string,
  mac: string,
  from?: string,
): Promise<BootManifest> => {
  const source = from === undefined ? [] : ['--interface', from]
  const curl = (path: string, more: readonly string[] = []) =>
    segment.run(['curl', '-sf', ...source, ...more, `${provisioner}${path}`])
  const script = await curl(`/boot/ipxe?mac=${mac}`)
  const file = `/tmp/prelude-initrd-${process.pid}-${mac.replaceAll(':', '')}`
  await curl(/\/boot\/initrd\/\w+/.exec(script)?.[0] ?? '/none', ['-o', file])
  try {
    return manifestIn(await readFile(file))
  } finally {
    await rm(file)
  }
}

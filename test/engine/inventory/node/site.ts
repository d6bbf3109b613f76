import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSite, type Site } from '../../../../engine/site.ts'
import type { Dict } from '../../../../engine/vars/value.ts'

/** Opens an inventory `hosts.yml` of this text and calls `use` with it and the directory it is in. */
export const withInventory = async <T>(
  text: string,
  use: (site: Site, directory: string) => T | Promise<T>,
  extraVars: Dict = new Map(),
): Promise<T> => {
  const directory = await mkdtemp(join(tmpdir(), 'prelude-test-'))
  try {
    const file = join(directory, 'hosts.yml')
    await writeFile(file, text)
    const site = await openSite({ inventory: [file], vaultSecrets: [], extraVars, warn: () => {}, environment: {} })
    return await use(site, directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

import { mkdir, readdir, rm, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BootContext, BootStage } from '../context.ts'
import { bodyOf } from '../system/http.ts'
import { runDirectory } from '../system/journal.ts'
import { bind, isMounted, mountSecret, unmount } from '../system/mounts.ts'
import { parseSecretBundle } from '../system/secretbundle.ts'

/** Where the secrets are, in memory; the new root sees them at /secrets while preboot runs. */
export const secretPlace = `${runDirectory}/secrets`

const limit = 64 * 1024 ** 2

const visible = (newRoot: string): string => join(newRoot, 'secrets')

/** Fetches the node's secrets into memory and shows them at /secrets of the new root, for preboot alone. */
export const secrets: BootStage = {
  name: 'secrets',
  async run({ log, newRoot, provisioner }) {
    const fetched = await log.step('fetching the secrets', () =>
      provisioner.get('/secrets', (answer) => bodyOf(answer, limit), { what: 'secrets' }),
    )
    const files = parseSecretBundle(fetched)
    await mountSecret(log, secretPlace)
    try {
      for (const { name, content } of files)
        await writeFile(join(secretPlace, name), content, { mode: 0o400, flag: 'wx' })
    } finally {
      for (const { content } of files) content.fill(0)
    }
    await mkdir(visible(newRoot), { recursive: true, mode: 0o700 })
    await bind(log, secretPlace, visible(newRoot), ['ro', 'nosuid', 'nodev', 'noexec'])
    return { files: files.map(({ name }) => name) }
  },
}

/**
 * Takes the secrets away, but for the named ones: keys of disks, which mkdisk alone sees. Runs after preboot on every way out,
 * after mkdisk, and once more when a boot fails; twice is once.
 */
export const removeSecrets = async (
  { log, newRoot }: Pick<BootContext, 'log' | 'newRoot'>,
  kept: readonly string[] = [],
): Promise<void> => {
  const shown = await isMounted(visible(newRoot))
  await unmount(log, visible(newRoot))
  if (shown) await rmdir(visible(newRoot)).catch(() => {}) // an image may bring the directory itself
  if (kept.length === 0 || !(await isMounted(secretPlace))) return unmount(log, secretPlace)
  for (const name of await readdir(secretPlace)) if (!kept.includes(name)) await rm(join(secretPlace, name))
}

import { mkdir, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BootContext, BootStage } from '../context.ts'
import { bodyOf } from '../system/http.ts'
import { runDirectory } from '../system/journal.ts'
import { bind, isMounted, mountSecret, unmount } from '../system/mounts.ts'
import { parseSecretBundle } from '../system/secretbundle.ts'

const place = `${runDirectory}/secrets`

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
    await mountSecret(log, place)
    try {
      for (const { name, content } of files) await writeFile(join(place, name), content, { mode: 0o400, flag: 'wx' })
    } finally {
      for (const { content } of files) content.fill(0)
    }
    await mkdir(visible(newRoot), { recursive: true, mode: 0o700 })
    await bind(log, place, visible(newRoot), ['ro', 'nosuid', 'nodev', 'noexec'])
    return { files: files.map(({ name }) => name) }
  },
}

/** Takes the secrets away. Runs after preboot on every way out, and once more when a boot fails; twice is once. */
export const removeSecrets = async ({ log, newRoot }: Pick<BootContext, 'log' | 'newRoot'>): Promise<void> => {
  const shown = await isMounted(visible(newRoot))
  await unmount(log, visible(newRoot))
  if (shown) await rmdir(visible(newRoot)).catch(() => {}) // an image may bring the directory itself
  await unmount(log, place)
}

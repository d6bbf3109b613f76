import { mkdir, open, readdir, rmdir, stat, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure, messageOf } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import type { BootSecrets } from '../../schema/types.ts'
import type { BootContext, BootStage, Details } from '../context.ts'
import { bodyOf, HttpFailure } from '../system/http.ts'
import { runDirectory } from '../system/journal.ts'
import { isMounted, listMounts, mountSecret, unmount } from '../system/mounts.ts'
import { retry } from '../system/retry.ts'
import { parseSecretBundle } from '../system/secretbundle.ts'
import { mountExport, type SecretExport, showSecrets } from '../system/secretmounts.ts'

/** Where the secrets are, in memory; the new root sees them at /secrets while preboot runs. */
export const secretPlace = `${runDirectory}/secrets`

const limit = 64 * 1024 ** 2

const visible = (newRoot: string): string => join(newRoot, 'secrets')

type Found = {
  readonly files: readonly string[]
  /** Optional secrets that are not there. */
  readonly missing: readonly string[]
}

/** `mounted` is the mount of their place. */
const fetchSecrets = async ({ log, provisioner }: BootContext, mounted: Promise<void>): Promise<Found> => {
  const fetched = await log.step('fetching the secrets', () =>
    provisioner.get('/secrets', (answer) => bodyOf(answer, limit), { what: 'secrets' }),
  )
  const { files, missing } = parseSecretBundle(fetched)
  await mounted
  try {
    for (const { name, content } of files)
      await writeFile(join(secretPlace, name), content, { mode: 0o400, flag: 'wx' })
  } finally {
    for (const { content } of files) content.fill(0)
  }
  return { files: files.map(({ name }) => name), missing }
}

/** Mounts the export; a server that does not answer is asked again as long as `budget` seconds last. */
export const mountSecrets = async (log: Log, from: SecretExport, budget: number): Promise<void> => {
  await mkdir(secretPlace, { recursive: true, mode: 0o700 })
  const attempt = (source: string) =>
    mountExport(log, { ...from, source }, secretPlace).catch((cause) => {
      throw new HttpFailure(messageOf(cause), { cause })
    })
  await retry([from.source], attempt, { log, what: 'secrets', budget, longest: 15_000 })
}

export const findSecrets = async ({ required, optional }: BootSecrets): Promise<Found> => {
  const isThere = (name: string) =>
    stat(join(secretPlace, name)).then(
      (found) => found.isFile(),
      () => false,
    )
  const missing: string[] = []
  for (const name of required) if (!(await isThere(name))) missing.push(name)
  if (missing.length > 0)
    throw new Failure('secrets.missing', `the export has no file ${missing.join(', ')}, which is required`)
  for (const name of optional) if (!(await isThere(name))) missing.push(name)
  return { files: [...required, ...optional].filter((name) => !missing.includes(name)), missing }
}

/** Makes what is mounted at the agent's own place visible at /secrets of the root, for the plays of preboot alone. */
export const showInRoot = async (log: Log, newRoot: string): Promise<void> => {
  await mkdir(visible(newRoot), { recursive: true, mode: 0o700 })
  await showSecrets(log, secretPlace, visible(newRoot))
}

const prepare = (context: BootContext) => {
  const { manifest, log, newRoot, events } = context
  const exported = manifest.secrets
  const mounted = exported ? Promise.resolve() : mountSecret(log, secretPlace)
  mounted.catch(() => {}) // awaited below
  return async (): Promise<Details> => {
    if (exported) await mountSecrets(log, exported, manifest.retry?.budget ?? 600)
    const { files, missing } = exported ? await findSecrets(exported) : await fetchSecrets(context, mounted)
    await showInRoot(log, newRoot)
    if (missing.length > 0) {
      const message = `without the optional secrets ${missing.join(', ')}: they are not set`
      log.warning(message)
      events.add('secrets', 'degraded', { message })
    }
    return { files, ...(missing.length > 0 && { missing }), ...(exported && { source: exported.source }) }
  }
}

/** Brings the node's secrets, into memory or by NFS, and shows them at /secrets of the new root, for preboot alone. */
export const secrets: BootStage = { name: 'secrets', prepare, run: (context) => prepare(context)() }

/** Overwrites the files in memory, but for the named ones: a process that a task left behind may still have one open. */
const overwrite = async (kept: readonly string[]): Promise<void> => {
  const mounted = (await listMounts()).findLast(({ target }) => target === secretPlace)
  if (mounted?.type !== 'ramfs') return
  for (const name of await readdir(secretPlace)) {
    if (kept.includes(name)) continue
    const file = await open(join(secretPlace, name), 'r+')
    try {
      const { size } = await file.stat()
      await file.write(Buffer.alloc(size), 0, size, 0)
    } finally {
      await file.close()
    }
    await unlink(join(secretPlace, name))
  }
}

/**
 * Takes the secrets away, but for the named ones: keys of disks, which mkdisk alone sees. Runs after preboot on every way out,
 * after mkdisk, and once more when a boot fails; twice is once.
 */
export const removeSecrets = async (
  { log, newRoot }: Pick<BootContext, 'log' | 'newRoot'>,
  kept: readonly string[] = [],
): Promise<void> => {
  await overwrite(kept).catch((thrown) => log.warning(messageOf(thrown)))
  const shown = await isMounted(visible(newRoot))
  await unmount(log, visible(newRoot), ...(kept.length === 0 ? [secretPlace] : []))
  if (shown) await rmdir(visible(newRoot)).catch(() => {}) // an image may bring the directory itself
}

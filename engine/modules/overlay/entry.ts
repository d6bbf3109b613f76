import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { propertyDiff, setAttributes } from '../attributes.ts'
import { makeDirectories } from '../makedirectories.ts'
import { octal } from '../mode.ts'
import { type Change, change, type Host } from '../module.ts'
import { replaceFile } from '../replacefile.ts'
import { runOrFail, tidy } from '../runorfail.ts'

/** A file, directory or link of an overlay; everything belongs to root. */
export type Entry = {
  /** Relative to the root. */
  readonly path: string
  readonly type: 'file' | 'directory' | 'link'
  readonly mode: number
  readonly content: Buffer
  readonly target: string
  /** Units that are to be told when it changes. */
  readonly units: readonly string[]
}

type Laying = AsyncGenerator<Change, boolean, unknown>

const isPrivate = (mode: number): boolean => (mode & 0o077) === 0

/** A directory that is there keeps its owner and mode, as on a node that boots. */
async function* layDirectory(host: Host, path: string, { mode }: Entry): Laying {
  const found = await host.stat(path, { follow: true })
  if (found?.type === 'directory') return false
  if (found) throw new Failure('overlay.entry', `${path} is no directory, as the overlay has it`, { at: host.at })
  yield* makeDirectories(host, [path], { owner: '0', group: '0', mode: octal(mode) })
  return true
}

const refuseDirectory = (host: Host, path: string): never => {
  throw new Failure('overlay.entry', `${path} is a directory, and no file as the overlay has it`, { at: host.at })
}

async function* layLink(host: Host, path: string, { target }: Entry): Laying {
  const found = await host.stat(path)
  if (found?.type === 'link' && found.target === target) return false
  if (found?.type === 'directory') refuseDirectory(host, path)
  yield* change({
    what: `link ${path} to ${target}`,
    diff: propertyDiff(path, { target: found?.target ?? null }, { target }),
    apply: () =>
      runOrFail(
        host,
        sh`new=$(mktemp -u ${posix.join(posix.dirname(path), '.overlay.XXXXXX')}) && ln -s -- ${target} "$new" && mv -fT -- "$new" ${path}`,
        tidy,
      ),
  })
  return true
}

async function* layFile(host: Host, path: string, { content, mode }: Entry): Laying {
  const found = await host.stat(path, { checksum: 'sha1' })
  if (found?.type === 'directory') refuseDirectory(host, path)
  const attributes = { owner: '0', group: '0', mode: octal(mode) }
  if (found?.type === 'file' && found.checksum === createHash('sha1').update(content).digest('hex')) {
    return yield* setAttributes(host, found, attributes)
  }
  const old = found?.type === 'file' ? found : undefined
  // Overlays have host keys.
  const shown = isPrivate(mode) ? { shown: () => 'what nobody but root may read\n' } : {}
  yield* replaceFile(host, { path, content, old, attributes, ...shown })
  return true
}

const lay = { directory: layDirectory, link: layLink, file: layFile } as const

/** Yields the changes that bring an entry below a directory; returns whether there were any. */
export const layEntry = (host: Host, base: string, entry: Entry): Laying =>
  lay[entry.type](host, posix.join(base, entry.path), entry)

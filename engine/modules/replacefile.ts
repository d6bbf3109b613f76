import { randomBytes } from 'node:crypto'
import { posix } from 'node:path'
import { sh } from '../command.ts'
import type { LargeContent, Stat, WriteOptions } from '../connections/connection.ts'
import { Failure } from '../failure.ts'
import { splitWords } from '../words.ts'
import { type Attributes, type Ownership, resolveOwnership, setLabels } from './attributes.ts'
import { linesOf } from './commandresult.ts'
import { contentDiff, readForDiff, type Shown } from './contentdiff.ts'
import { modeFor } from './mode.ts'
import { type Change, change, type Host } from './module.ts'
import { placeFile } from './placefile.ts'
import { runOrFail, tidy } from './runorfail.ts'
import { withTemporary } from './temporary.ts'

export type Replacement = {
  readonly path: string
  /** The new content, or the file of the same host that has it. */
  readonly content: Buffer | LargeContent | Pick<Stat, 'path' | 'size'>
  /** What is there now; absent when there is nothing. */
  readonly old?: Stat | undefined
  /** Its content, when the module has read it already. */
  readonly before?: Buffer | undefined
  readonly attributes: Attributes
  readonly backup?: boolean
  /** Command with `%s` that must accept the new file before it takes the old one's place. */
  readonly validate?: string | undefined
  /** Directories above the file are made when they are missing. */
  readonly makeDirectory?: boolean
  /** A text of the file as a diff may show it: without its secrets. */
  readonly shown?: ((text: string) => string) | undefined
}

/** Keeps a file beside itself as `NAME.PID.DATE@TIME~`; returns the copy's path. */
export const backUp = (host: Host, path: string): Promise<string> =>
  runOrFail(
    host,
    sh`copy=${path}.$$.$(date +%Y-%m-%d@%H:%M:%S~)
cp -p -- ${path} "$copy" || { code=$?; rm -f -- "$copy"; exit $code; }
printf %s "$copy"`,
    tidy,
  )

/** Tells what the file is now, where that is known without asking. */
const put = async (
  host: Host,
  content: Replacement['content'],
  path: string,
  options: WriteOptions,
): Promise<Stat | undefined> => {
  if (!('path' in content)) return host.write(path, content, options)
  await placeFile(host, content.path, path, options)
  return undefined
}

/** Runs a task's `validate` command on a copy of the new content. */
const checkContent = async (host: Host, { path, content, validate }: Replacement): Promise<void> => {
  if (validate === undefined) return
  const temporary = posix.join(posix.dirname(path), `.${posix.basename(path)}.${randomBytes(6).toString('hex')}`)
  await put(host, content, temporary, { mode: 0o600 })
  await withTemporary(host, temporary, async () => {
    const words = splitWords(validate).map((word) => word.replaceAll('%s', temporary))
    const output = await host.run(sh`${words}`)
    if (output.code === 0) return
    const [stdout, stderr] = [output.stdout.toString(), output.stderr.toString()]
    const said = stderr.trim() || stdout.trim()
    throw new Failure(
      'module.validate',
      `${path}: the new content was refused: ${said || `exit code ${output.code}`}`,
      {
        at: host.at,
        hint: `'${validate}' ended with ${output.code}; the file was left as it is`,
        told: {
          exit_status: output.code,
          stdout,
          stderr,
          stdout_lines: linesOf(stdout),
          stderr_lines: linesOf(stderr),
        },
      },
    )
  })
}

const writeOptions = ({ uid, gid, mode, umask }: Ownership, old: Stat | undefined): WriteOptions => ({
  ...(uid === undefined ? {} : { owner: uid }),
  ...(gid === undefined ? {} : { group: gid }),
  ...(mode === undefined ? {} : { mode: modeFor(mode, { mode: old?.mode ?? 0o644, directory: false }, umask) }),
})

/** Writes, and tells what is wrong when the reason is a missing directory. */
const write = async (host: Host, { path, content, makeDirectory }: Replacement, options: WriteOptions) => {
  const directory = posix.dirname(path)
  if (makeDirectory) await runOrFail(host, sh`mkdir -p -- ${directory}`, tidy)
  try {
    return await put(host, content, path, options)
  } catch (thrown) {
    // a host that is lost is not asked again: what it was lost by is the reason
    if (!(thrown instanceof Failure) || thrown.code === 'connection.unreachable') throw thrown
    if (await host.stat(directory, { follow: true })) throw thrown
    throw new Failure('module.file', `there is no directory ${directory} to write ${posix.basename(path)} into`, {
      at: host.at,
      cause: thrown,
      hint: 'make it with an earlier task: file with state=directory',
    })
  }
}

export type Replaced = {
  /** What the task's result tells of it. */
  readonly told: { readonly backup_file?: string }
  /** What the file is now, where that is known without asking. */
  readonly stat: Stat | undefined
}

/**
 * Yields the one change that gives a file its new content, with owner and mode, so that it is never there with wrong
 * ones.
 */
export async function* replaceFile(host: Host, replacement: Replacement): AsyncGenerator<Change, Replaced, unknown> {
  const { path, content, old, attributes, validate, shown } = replacement
  if (validate !== undefined && !validate.includes('%s')) {
    throw new Failure('module.parameter', `'validate' must contain %s: ${validate}`, {
      at: host.at,
      hint: '%s stands for the file to check',
    })
  }
  const ownership = await resolveOwnership(host, attributes, old)
  const before = replacement.before ?? (old && (await readForDiff(host, { path, size: old.size })))
  const after = 'path' in content ? await readForDiff(host, content) : Buffer.isBuffer(content) ? content : content.size
  const veil = (text: Shown | undefined) =>
    shown && Buffer.isBuffer(text) ? Buffer.from(shown(text.toString())) : text
  const done = yield* change({
    what: `${old ? 'replace' : 'write'} ${path}`,
    diff: contentDiff(path, veil(before), veil(after)),
    apply: async () => {
      await checkContent(host, replacement)
      const copy = replacement.backup && old ? await backUp(host, path) : undefined
      return { copy, stat: await write(host, replacement, writeOptions(ownership, old)) }
    },
  })
  yield* setLabels(host, { path, type: 'file' }, attributes)
  return { told: done?.copy === undefined ? {} : { backup_file: done.copy }, stat: done?.stat }
}

import { posix } from 'node:path'
import type { SynchronizeParameters } from '../../../schema/types.ts'
import { quote } from '../../command.ts'
import { openLocal } from '../../connections/local.ts'
import { Failure } from '../../failure.ts'
import { expansionOn } from '../expansion.ts'
import type { Host, Way } from '../module.ts'
import { realPath } from '../paths.ts'
import { remotePath, sshCommand } from './arguments.ts'

/** Where rsync runs, and how it names both ends. */
export type Ends = {
  readonly run: Host['run']
  readonly options: readonly string[]
  readonly src: string
  readonly dest: string
  readonly close: () => Promise<void>
}

const controllerNames = new Set(['localhost', '127.0.0.1', '::1'])

const isBySsh = ({ kind }: Way): boolean => kind === 'ssh' || kind === 'openssh'

const isUrl = (path: string): boolean => path.startsWith('rsync://')

/** A relative path of the controller: a source is searched as files are, a destination begins at the playbook. */
const onController = async (host: Host, path: string, isSource: boolean): Promise<string> => {
  if (isUrl(path) || posix.isAbsolute(path)) return path
  const end = path.endsWith('/') ? '/' : ''
  if (isSource) return (await host.controller.find('files', path.replace(/\/+$/, ''))) + end
  const base = host.controller.scope.get('playbook_dir')
  return typeof base === 'string' ? posix.resolve(base, path) + end : path
}

/** How the rsync of the other side becomes another user. Throws a Failure where that needs a password. */
const becoming = (host: Host, { become }: Way): string => {
  if (!become) return 'rsync'
  if (become.method !== 'sudo' || become.password !== undefined) {
    throw new Failure('connection.become', 'rsync can become another user by sudo without a password only', {
      at: host.at,
      hint: 'allow the user to run rsync by sudo, or copy to a place of the user and move it by a task',
    })
  }
  const flags = become.flags === undefined ? [] : [become.flags]
  return [quote(become.exe ?? 'sudo'), '-n', ...flags, '-u', quote(become.user), 'rsync'].join(' ')
}

/** One end on the machine where rsync runs, the other reached by ssh. */
const overSsh = async (host: Host, params: SynchronizeParameters, way: Way, origin: Host, close: Ends['close']) => {
  if (way.options.password !== undefined) {
    throw new Failure('connection.password', 'rsync cannot be given a password for ssh', {
      at: host.at,
      hint: 'use a key: ansible_ssh_private_key_file, or an agent',
    })
  }
  const isPush = params.mode === 'push'
  const near = isPush ? params.src : params.dest
  const expand = await expansionOn(origin, [near])
  const path = origin === host ? expand(near) : await onController(host, expand(near), isPush)
  const far = isUrl(isPush ? params.dest : params.src)
    ? isPush
      ? params.dest
      : params.src
    : remotePath(params, way, isPush ? params.dest : params.src)
  const hasShell = params.rsync_opts.some((option) => /^(--rsh|-e)\b/.test(option))
  const rsync = params.rsync_path ?? becoming(host, way)
  return {
    run: origin.run,
    // The other side's shell must not read the paths.
    options: ['--protect-args', ...(hasShell ? [] : [`--rsh=${sshCommand(params, way)}`]), `--rsync-path=${rsync}`],
    src: isPush ? path : far,
    dest: isPush ? far : path,
    close,
  }
}

/** A path within an image, as the controller sees it: links are the image's own, and lead nowhere else. */
const inImage = async (host: Host, root: string, path: string): Promise<string> => {
  const end = path.endsWith('/') ? '/' : ''
  return posix.join(root, await realPath(host, posix.resolve('/root', path.replace(/^~\/?/, '')))) + end
}

/** Finds out where rsync has to run. Throws a Failure when there is no way between the two ends. */
export const endsOf = async (host: Host, params: SynchronizeParameters): Promise<Ends> => {
  const { src, dest, mode } = params
  const way = await host.controller.way?.()
  if (!way) throw new Error('synchronize needs to know how the host is reached')
  const stay = async () => {}
  const isSelf = way.delegate === way.host
  const isFromController = way.delegate === undefined || controllerNames.has(way.delegate)
  const onOneMachine = async (origin: Host, isController: boolean, close: Ends['close']): Promise<Ends> => {
    const expand = await expansionOn(origin, [src, dest])
    const place = async (path: string, isSource: boolean) =>
      isController ? onController(host, expand(path), isSource) : expand(path)
    const options = params.rsync_path === undefined ? [] : [`--rsync-path=${params.rsync_path}`]
    return { run: origin.run, options, src: await place(src, true), dest: await place(dest, false), close }
  }
  if (way.kind === 'local' && way.delegate === undefined) return onOneMachine(host, true, stay)
  if (isSelf && way.kind !== 'local') return onOneMachine(host, false, stay)
  if (!isFromController) {
    if (isBySsh(way)) return overSsh(host, params, way, host, stay)
    throw new Failure('module.synchronize', `${way.delegate} has no way to ${way.host}: it is not reached by ssh`, {
      at: host.at,
      hint: 'leave out delegate_to',
    })
  }
  const local = await openLocal()
  const origin: Host = { ...host, run: (command, options) => local.run(command, options) }
  const close = () => local.close()
  try {
    if (way.kind === 'local') return await onOneMachine(origin, true, close)
    if (isBySsh(way)) return await overSsh(host, params, way, origin, close)
    const root = way.options.root
    if (root === undefined) {
      throw new Failure('module.synchronize', `rsync has no way to ${way.host}`, { at: host.at })
    }
    const isPush = mode === 'push'
    const near = (await expansionOn(origin, [isPush ? src : dest]))(isPush ? src : dest)
    const path = await onController(host, near, isPush)
    const far = await inImage(host, root, isPush ? dest : src)
    return { run: origin.run, options: [], src: isPush ? path : far, dest: isPush ? far : path, close }
  } catch (thrown) {
    await close()
    throw thrown
  }
}

import type { SynchronizeParameters } from '../../../schema/types.ts'
import { splitWords } from '../../words.ts'
import type { Way } from '../module.ts'

/** Stands before each line that rsync prints of a change. */
export const mark = '<<CHANGED>>'

const switches = (params: SynchronizeParameters): string[] => {
  const parts = ['recursive', 'links', 'perms', 'times', 'owner', 'group'] as const
  if (!params.archive) return parts.filter((part) => params[part] === true).map((part) => `--${part}`)
  return ['--archive', ...parts.filter((part) => params[part] === false).map((part) => `--no-${part}`)]
}

/** Options of rsync that have nothing to do with where it goes. */
export const rsyncOptions = (params: SynchronizeParameters, isTrial: boolean): string[] => {
  const flags: readonly (readonly [boolean, readonly string[]])[] = [
    [params.delay_updates, ['--delay-updates', '-F']],
    [params.compress, ['--compress']],
    [params.rsync_timeout > 0, [`--timeout=${params.rsync_timeout}`]],
    [isTrial, ['--dry-run']],
    [params.delete, ['--delete-after']],
    [params.existing_only, ['--existing']],
    [params.checksum, ['--checksum']],
    [params.copy_links, ['--copy-links']],
    [params.dirs, ['--dirs']],
    [params.partial, ['--partial']],
    // Linking is no change to rsync: only -vv tells of it.
    [params.link_dest !== undefined, ['--hard-links', '-vv']],
  ]
  return [
    ...flags.flatMap(([isWanted, words]) => (isWanted ? words : [])),
    ...switches(params),
    ...(params.link_dest ?? []).map((path) => `--link-dest=${path}`),
    ...params.rsync_opts.flatMap(splitWords),
    `--out-format=${mark}%i %n%L`,
  ]
}

/** Quotes a word as rsync splits its --rsh: a doubled quote within quotes is one. */
const quoted = (word: string): string => (/[\s'"]/.test(word) || word === '' ? `'${word.replaceAll("'", "''")}'` : word)

const isChecked = ({ verify_host }: SynchronizeParameters, { options }: Way): boolean =>
  verify_host ?? options.hostKeyChecking ?? true

/** The ssh that rsync calls: by the connection's own options. */
export const sshCommand = (params: SynchronizeParameters, way: Way): string => {
  const { options } = way
  const port = params.dest_port ?? options.port
  const key = params.private_key ?? options.privateKeyFile
  const words = [
    'ssh',
    ...(params.ssh_connection_multiplexing ? [] : ['-S', 'none']),
    ...(key === undefined ? [] : ['-i', key]),
    ...(port === undefined ? [] : ['-o', `Port=${port}`]),
    ...(options.timeout === undefined ? [] : ['-o', `ConnectTimeout=${Math.ceil(options.timeout / 1000)}`]),
    ...(isChecked(params, way) ? [] : ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null']),
    // Nobody is there to answer a question.
    ...['-o', 'BatchMode=yes'],
    ...(params.use_ssh_args ? splitWords(options.sshArguments ?? '') : []),
  ]
  return words.map(quoted).join(' ')
}

/** A path of the host as rsync takes it; one in the user's home is relative. */
export const remotePath = (params: SynchronizeParameters, { options }: Way, path: string): string => {
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  const user = params.set_remote_user && options.user !== undefined ? `${options.user}@` : ''
  return `${user}${host}:${path.replace(/^~(\/|$)/, '')}`
}

import type { GitParameters } from '../../../schema/types.ts'
import { type Command, quote, sh } from '../../command.ts'
import type { Output } from '../../connections/connection.ts'
import { Failure } from '../../failure.ts'
import type { Host } from '../module.ts'

/** The repository's address without a password in it, and the password's line for git's credential store. */
const withoutPassword = (repo: string): { readonly url: string; readonly credential: string | undefined } => {
  const found = /^(https?:\/\/)([^/@:]*):([^/@]*)@([^/]+)(.*)$/.exec(repo)
  if (!found) return { url: repo, credential: undefined }
  const [, scheme, user, password, server, path] = found
  return { url: `${scheme}${user}@${server}${path}`, credential: `${scheme}${user}:${password}@${server}\n` }
}

const sshCommand = (params: GitParameters): string | undefined => {
  const { accept_hostkey, accept_newhostkey, key_file, ssh_opts } = params
  if (!accept_hostkey && !accept_newhostkey && key_file === undefined && ssh_opts === undefined) return undefined
  const options = [
    ...(accept_hostkey ? ['-o StrictHostKeyChecking=no'] : []),
    ...(accept_newhostkey ? ['-o StrictHostKeyChecking=accept-new'] : []),
    ...(key_file === undefined ? [] : [`-i ${quote(key_file)} -o IdentitiesOnly=yes`]),
    ...(ssh_opts === undefined ? [] : [ssh_opts]),
  ]
  return ['ssh', '-o BatchMode=yes', ...options].join(' ')
}

/** git on a host, as a task wants it called. */
export type Git = {
  /** The repository's address as it stands in arguments and in the working copy's configuration. */
  readonly url: string
  /** `git`, with its directory. */
  readonly inside: Command
  readonly program: Command
  /** Runs commands of git; any exit code is a result. */
  run(command: Command): Promise<Output>
  /** Runs commands of git that must succeed; a Failure tells what git said. Returns the standard output. */
  ask(command: Command, doing: string): Promise<string>
}

export const gitFor = (host: Host, params: GitParameters): Git => {
  const { url, credential } = withoutPassword(params.repo)
  const program = sh`${params.executable ?? 'git'}`
  const ssh = sshCommand(params)
  const environment = {
    GIT_TERMINAL_PROMPT: '0',
    // Looking at a working copy must not write to it.
    GIT_OPTIONAL_LOCKS: '0',
    LC_ALL: 'C.UTF-8',
    ...(ssh === undefined ? {} : { GIT_SSH_COMMAND: ssh }),
  }
  const umask = params.umask === undefined ? sh`:` : sh`umask ${params.umask}`
  // The password is in a file of its own while git runs: neither in an argument, nor in the environment.
  const withCredential = (command: Command): Command => sh`store=$(mktemp) && cat >"$store" || exit
trap 'rm -f -- "$store"' EXIT
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=credential.helper GIT_CONFIG_VALUE_0="store --file=$store"
{ ${command}
} </dev/null`
  const run = (command: Command) => {
    const prepared = sh`${umask}; ${command}`
    if (credential === undefined) return host.run(prepared, { environment })
    return host.run(withCredential(prepared), { environment, stdin: credential })
  }
  return {
    url,
    program,
    inside: sh`${program} -C ${params.dest}`,
    run,
    async ask(command, doing) {
      const output = await run(command)
      if (output.code === 0) return output.stdout.toString()
      const said = (output.stderr.toString().trim() || output.stdout.toString().trim()).split('\n').slice(-5).join('\n')
      throw new Failure('module.git', `cannot ${doing}: ${said || `exit code ${output.code}`}`, {
        at: host.at,
        told: { rc: output.code },
      })
    },
  }
}

import { resolve } from 'node:path'
import type { Settings } from '../configuration/options.ts'
import { openConnection } from '../connections/open.ts'
import { Failure } from '../failure.ts'
import { findModule } from '../modules/registry.ts'
import type { RunDefaults, RunOptions } from '../run/options.ts'
import { factCacheOf } from './factcache.ts'
import type { BecomeFlags, ConnectionFlags, RunFlags, TagFlags } from './options.ts'
import type { Passwords } from './passwords.ts'
import { verbosityOf } from './reporters.ts'
import type { Session } from './session.ts'

export type ExecutionFlags = RunFlags & TagFlags & BecomeFlags & ConnectionFlags & { forceHandlers?: boolean }

const gatheringOf = ({ gathering = 'implicit' }: Settings): RunDefaults['gathering'] => {
  if (gathering === 'implicit' || gathering === 'explicit' || gathering === 'smart') return gathering
  throw new Failure('cli.configuration', `gathering is '${gathering}', and must be implicit, explicit or smart`)
}

const defaultsOf = ({ surroundings, settings }: Session, flags: ExecutionFlags, passwords: Passwords): RunDefaults => {
  const { environment, directory } = surroundings
  const key = flags.privateKey ?? settings.privateKeyFile
  return {
    connection: flags.connection ?? settings.connection ?? 'ssh',
    user: flags.user ?? settings.user,
    port: settings.port,
    become: flags.become ?? settings.become ?? false,
    becomeUser: flags.becomeUser ?? settings.becomeUser ?? 'root',
    becomeMethod: flags.becomeMethod ?? settings.becomeMethod ?? 'sudo',
    becomeExe: settings.becomeExe,
    becomeFlags: settings.becomeFlags,
    privateKeyFile: key === undefined ? undefined : resolve(directory, key),
    sshAgent: environment['SSH_AUTH_SOCK'],
    hostKeyChecking: settings.hostKeyChecking ?? true,
    timeout: flags.timeout ?? settings.timeout ?? 10,
    sshArguments: settings.sshArgs,
    sshCommonArguments: flags.sshCommonArgs ?? settings.sshCommonArgs,
    sshExtraArguments: flags.sshExtraArgs ?? settings.sshExtraArgs,
    sshRetries: settings.sshRetries,
    password: passwords.connection,
    becomePassword: passwords.become,
    gathering: gatheringOf(settings),
    gatherTimeout: settings.gatherTimeout,
  }
}

/** All that a run is given, but for what reports it and reads its files. */
export const runOptionsOf = (
  session: Session,
  flags: ExecutionFlags,
  passwords: Passwords,
): Omit<RunOptions, 'loader' | 'report'> => {
  const { site, extraVars, limit, settings, surroundings } = session
  const { home, ask, directory } = surroundings
  const tags = flags.tags.length > 0 ? flags.tags : (settings.tags ?? [])
  return {
    inventory: site.inventory,
    refreshInventory: site.refresh,
    templar: site.templar,
    surroundings: site.surroundings,
    findModule,
    open: openConnection,
    extraVars,
    tags: tags.length > 0 ? [...new Set(tags)] : ['all'],
    skipTags: [...new Set(flags.skipTags.length > 0 ? flags.skipTags : settings.skipTags)],
    limit,
    check: flags.check ?? false,
    diff: flags.diff ?? settings.diff ?? false,
    verbosity: verbosityOf(flags, settings),
    forks: flags.forks ?? settings.forks ?? 50,
    forceHandlers: flags.forceHandlers ?? settings.forceHandlers ?? false,
    missingHandlers: settings.errorOnMissingHandler === false ? 'warn' : 'fail',
    defaults: defaultsOf(session, flags, passwords),
    magic: (name, host) => {
      if (name === 'prelude_home') return home
      return name === 'node' ? site.node(host) : undefined
    },
    ask,
    factCache: factCacheOf(session),
    directory,
  }
}

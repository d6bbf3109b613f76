import type { AptParameters } from '../../../schema/types.ts'
import { type Command, sh } from '../../command.ts'
import { change, type Host, type Result, type Steps } from '../module.ts'
import { diffOf, parseSimulation } from './simulation.ts'

/** One call of apt-get: its words, and what it is for. */
export type Call = {
  readonly what: string
  readonly words: readonly string[]
  /** Whether it is known to change something; else a simulation tells. */
  readonly isNeeded: boolean
  /** Check mode left out to fetch the lists of packages, so that a package may be unknown that would be there. */
  readonly hasOldLists?: boolean
}

const unknownPackage = /Unable to locate package|has no installation candidate/

export const apt = sh`DEBIAN_FRONTEND=noninteractive DEBIAN_PRIORITY=critical LC_ALL=C apt-get`

const flags = (params: AptParameters): string[] => {
  const given: [boolean | undefined, string[]][] = [
    [params.install_recommends === true, ['-o', 'APT::Install-Recommends=yes']],
    [params.install_recommends === false, ['--no-install-recommends']],
    [params.allow_unauthenticated || params.force, ['--allow-unauthenticated']],
    [params.allow_downgrade || params.force, ['--allow-downgrades']],
    [params.allow_change_held_packages || params.force, ['--allow-change-held-packages']],
    [params.force, ['--allow-remove-essential']],
    [params.fail_on_autoremove, ['--no-remove']],
    [params.only_upgrade, ['--only-upgrade']],
    [params.autoremove, ['--auto-remove']],
    [params.purge, ['--purge']],
    [params.default_release !== undefined, ['-t', params.default_release ?? '']],
  ]
  const dpkg = params.dpkg_options.split(',').map((option) => option.trim())
  return [
    '-y',
    ...['-o', `DPkg::Lock::Timeout=${params.lock_timeout}`],
    ...dpkg.filter((option) => option !== '').flatMap((option) => ['-o', `Dpkg::Options::=--${option}`]),
    ...given.flatMap(([isGiven, words]) => (isGiven ? words : [])),
  ]
}

/**
 * Runs a command with a /usr/sbin/policy-rc.d that answers `code`, and leaves the file as it was. Within an image that
 * has none, services are forbidden to start: nothing but the machine that builds it would run them.
 */
const withPolicy = (command: Command, code: number | undefined, isImage: boolean): Command => {
  const policy = '/usr/sbin/policy-rc.d'
  if (code === undefined && !isImage) return command
  const isAsked = code === undefined ? sh`[ ! -e ${policy} ]` : sh`true`
  return sh`(
    if ${isAsked}; then
      former=$(mktemp) && { [ ! -e ${policy} ] || cat ${policy} >"$former"; } || exit
      # An existing file is written over, not replaced: it may be a mount.
      if [ -e ${policy} ]; then trap ${`cat "$former" >${policy}; rm -f "$former"`} EXIT
      else trap ${`rm -f ${policy} "$former"`} EXIT; fi
      printf '#!/bin/sh\\nexit %s\\n' ${code ?? 101} >${policy} && chmod 0755 ${policy} || exit
    fi
    ${command}
  )`
}

/** Reads why apt-get failed: its lines with E:, or the last ones. */
const reason = (stderr: string): string => {
  const errors = stderr.split('\n').filter((line) => line.startsWith('E: '))
  return (errors.length > 0 ? errors : stderr.trim().split('\n').slice(-5)).join('\n')
}

const failed = (host: Host, { words }: Call, rc: number, stdout: string, stderr: string): Result => {
  const hint = unknownPackage.test(stderr) ? ' (update_cache: true fetches the lists of packages)' : ''
  const msg = `apt-get ${words.join(' ')} ended with ${rc}: ${reason(stderr)}${hint}`
  return { failed: true, changed: false, msg, rc, stdout, stderr, ...(host.check ? { simulated: true } : {}) }
}

// What apt-get says when it turned out that there was nothing to do.
const nothing = /^0 upgraded, 0 newly installed, 0 to remove/m

/** Yields one call of apt-get unless there is nothing to do; returns its result with `changed`. */
export async function* callApt(host: Host, params: AptParameters, call: Call, isImage: boolean): Steps {
  const { words, what, isNeeded } = call
  let diff: ReturnType<typeof diffOf> | undefined
  if (!isNeeded || host.check || host.diff) {
    const simulated = await host.run(sh`${apt} -s -o Dir::Log::Planner=/dev/null ${flags(params)} ${words} </dev/null`)
    const [stdout, stderr] = [simulated.stdout.toString(), simulated.stderr.toString()]
    if (simulated.code !== 0 && !(call.hasOldLists && unknownPackage.test(stderr))) {
      return failed(host, call, simulated.code, stdout, stderr)
    }
    const moves = parseSimulation(stdout)
    if (moves.length === 0 && simulated.code === 0) return { changed: false }
    diff = diffOf(moves)
  }
  const output = yield* change({
    what,
    ...(diff ? { diff } : {}),
    apply: () => host.run(withPolicy(sh`${apt} ${flags(params)} ${words} </dev/null`, params.policy_rc_d, isImage)),
  })
  if (!output) return { changed: true }
  const [stdout, stderr] = [output.stdout.toString(), output.stderr.toString()]
  if (output.code !== 0) return failed(host, call, output.code, stdout, stderr)
  return { changed: !nothing.test(stdout), stdout, stderr }
}

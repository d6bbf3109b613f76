import type { DnfParameters } from '../../../schema/types.ts'
import { type Command, sh } from '../../command.ts'
import { change, type Host, type Result, type Steps } from '../module.ts'
import { diffOf, parseTransaction, sentences } from './transaction.ts'

export type Call = { readonly what: string; readonly words: readonly string[]; readonly isNeeded: boolean }

/** Options that dnf and yum share. */
export const flags = (params: DnfParameters, state: 'present' | 'latest' | 'absent'): string[] => {
  const each = (option: string, values: readonly string[]) =>
    values.map((value) => value.trim()).flatMap((value) => (value === '' ? [] : `${option}=${value}`))
  const given: [boolean | undefined, string][] = [
    [params.installroot !== '/', `--installroot=${params.installroot}`],
    [params.releasever !== undefined, `--releasever=${params.releasever}`],
    [params.conf_file !== undefined, `--config=${params.conf_file}`],
    [params.disable_excludes !== undefined, `--disableexcludes=${params.disable_excludes}`],
    [params.disable_gpg_check, '--nogpgcheck'],
    [!params.sslverify, '--setopt=sslverify=0'],
    [params.cacheonly, '--cacheonly'],
    [params.allowerasing, '--allowerasing'],
    [params.nobest || params.best === false, '--nobest'],
    [params.best, '--best'],
    [params.skip_broken, '--skip-broken'],
    [!params.install_weak_deps, '--setopt=install_weak_deps=0'],
    [params.download_only, '--downloadonly'],
    [params.download_dir !== undefined, `--downloaddir=${params.download_dir}`],
    [params.security && state === 'latest', '--security'],
    [params.bugfix && state === 'latest', '--bugfix'],
    // Packages that nothing needs any more go only when the task says so.
    [state === 'absent', `--setopt=clean_requirements_on_remove=${params.autoremove ? 1 : 0}`],
  ]
  return [
    '-y',
    ...each('--disablerepo', params.disablerepo),
    ...each('--enablerepo', params.enablerepo),
    ...each('--exclude', params.exclude),
    ...each('--disableplugin', params.disable_plugin),
    ...each('--enableplugin', params.enable_plugin),
    ...given.flatMap(([isGiven, option]) => (isGiven ? option : [])),
  ]
}

/** The program of the host, by its own choice unless the task names one; fails with 127 when there is none. */
export const program = ({ use_backend }: DnfParameters): Command =>
  use_backend === 'auto' || use_backend === 'dnf4'
    ? sh`LC_ALL=C $(command -v dnf || command -v yum || { echo 'this host has neither dnf nor yum' >&2; echo false; })`
    : sh`LC_ALL=C ${use_backend}`

/** Waits until no other package manager holds its lock, or the time is over. */
const unlocked = (seconds: number): Command => sh`
  left=${seconds}
  while for lock in /var/cache/dnf/*_lock.pid /var/run/yum.pid; do
      [ -e "$lock" ] && kill -0 "$(cat "$lock")" 2>/dev/null && break
    done; [ -e "$lock" ] && kill -0 "$(cat "$lock")" 2>/dev/null; do
    [ "$left" -gt 0 ] || { echo "Error: $lock is held by process $(cat "$lock")" >&2; exit 75; }
    left=$((left - 1)); sleep 1
  done`

const reason = (stdout: string, stderr: string): string => {
  const said = `${stderr}\n${stdout}`.split('\n')
  const start = said.findIndex((line) => /^(Error|error)/.test(line.trim()))
  return (start < 0 ? stderr.trim().split('\n').slice(-5) : said.slice(start, start + 8)).join('\n').trim()
}

const failed = ({ words }: Call, rc: number, stdout: string, stderr: string): Result => ({
  failed: true,
  changed: false,
  msg: `dnf ${words.join(' ')} ended with ${rc}: ${reason(stdout, stderr)}`,
  rc,
  stdout,
  stderr,
  results: [],
})

/** Yields one transaction unless there is nothing to do; returns `changed`, `results` and what dnf said. */
export async function* callDnf(host: Host, params: DnfParameters, call: Call, options: readonly string[]): Steps {
  const { what, words, isNeeded } = call
  let diff: ReturnType<typeof diffOf> | undefined
  if (!isNeeded || host.check || host.diff) {
    const tried = await host.run(
      sh`(${unlocked(params.lock_timeout)}; ${program(params)} ${options.filter((one) => one !== '-y')} --assumeno ${words} </dev/null)`,
    )
    const [stdout, stderr] = [tried.stdout.toString(), tried.stderr.toString()]
    const moves = parseTransaction(stdout)
    // Some errors come after that line: a module's stream that would be another one.
    const isResolved = tried.code === 0 || (/^Dependencies resolved/im.test(stdout) && !/^Error:/m.test(stderr))
    if (moves.length === 0 && isResolved) return { changed: false, rc: 0, msg: 'Nothing to do', results: [] }
    if (moves.length === 0) return failed(call, tried.code, stdout, stderr)
    diff = diffOf(moves)
  }
  const output = yield* change({
    what,
    ...(diff ? { diff } : {}),
    apply: () => host.run(sh`(${unlocked(params.lock_timeout)}; ${program(params)} ${options} ${words} </dev/null)`),
  })
  if (!output) return { changed: true, rc: 0, msg: '', results: [] }
  const [stdout, stderr] = [output.stdout.toString(), output.stderr.toString()]
  if (output.code !== 0) return failed(call, output.code, stdout, stderr)
  const moves = parseTransaction(stdout)
  const msg = moves.length === 0 ? 'Nothing to do' : ''
  return { changed: moves.length > 0, rc: 0, msg, results: sentences(moves, stdout), stdout, stderr }
}

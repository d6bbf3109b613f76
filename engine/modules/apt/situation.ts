import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import type { Host } from '../module.ts'
import { isPattern, type Package, type Spec } from './names.ts'

/** What a host knows of the packages that a task names. */
export type Situation = {
  /** Seconds since 1970: now, and when the lists of packages were fetched (0: never). */
  readonly now: number
  readonly fetched: number
  readonly packages: readonly Package[]
  /** Version that would be installed, by package; absent when the host's lists have none. */
  readonly candidates: ReadonlyMap<string, string>
  /** Packages that came as dependencies of others: those that a task names are among them if they did. */
  readonly automatic: ReadonlySet<string>
  /** Names that installed packages provide. */
  readonly provided: ReadonlySet<string>
  /** All known names; only asked for when a task gives patterns. */
  readonly known: readonly string[]
}

export const parsePackages = (text: string): Package[] =>
  text.split('\n').flatMap((line) => {
    const [status, name, architecture, version = ''] = line.split('\t')
    return status && name && architecture !== undefined ? { status, name, architecture, version } : []
  })

/** Reads `apt-cache policy`: the candidate of each package that has one. */
export const parsePolicy = (text: string): Map<string, string> => {
  const candidates = new Map<string, string>()
  let name = ''
  for (const line of text.split('\n')) {
    name = /^(\S+):$/.exec(line)?.[1] ?? name
    const version = /^ {2}Candidate: (\S+)$/.exec(line)?.[1]
    if (version !== undefined && version !== '(none)') candidates.set(name, version)
  }
  return candidates
}

/** Reads the fields `Provides` of installed packages: `installed<TAB>mail-transport-agent, foo (= 1.2)`. */
export const parseProvides = (text: string): Set<string> => {
  const names = text.split('\n').flatMap((line) => {
    const [status, provides = ''] = line.split('\t')
    return status === 'installed' ? provides.split(',').map((one) => one.trim().split(/[\s(:]/)[0] ?? '') : []
  })
  return new Set(names.filter((name) => name !== ''))
}

const section = (text: string, name: string): string =>
  new RegExp(`^== ${name}\\n([\\s\\S]*?)(?=^== |(?![^]))`, 'm').exec(text)?.[1] ?? ''

/** Asks for everything in one round trip; the slower questions only when a package is missing or may be too old. */
export const lookAtPackages = async (
  host: Host,
  specs: readonly Spec[],
  { latest, release }: { latest: boolean; release: string | undefined },
): Promise<Situation> => {
  const names = specs.map(({ name, architecture }) => (architecture ? `${name}:${architecture}` : name))
  const hasPattern = names.some(isPattern)
  const target = release === undefined ? [] : ['-t', release]
  const asked = sh`
    echo '== packages'
    found=$(dpkg-query -W -f ${'${db:Status-Status}\t${Package}\t${Architecture}\t${Version}\n'} -- ${names} 2>/dev/null); all=$?
    printf '%s\\n' "$found"
    if [ $all != 0 ] || ${latest ? sh`true` : sh`printf '%s\\n' "$found" | grep -qv '^installed'`}; then
      echo '== policy'; apt-cache policy ${target} -- ${hasPattern ? [] : names} 2>/dev/null
      echo '== provides'; dpkg-query -W -f ${'${db:Status-Status}\t${Provides}\n'} | grep -F ${names.flatMap((name) => ['-e', name])}
    fi
    ${hasPattern ? sh`echo '== known'; apt-cache pkgnames` : sh``}
    states=/var/lib/apt/extended_states
    if ${hasPattern ? sh`[ -e $states ]` : sh`grep -qxsF ${specs.flatMap(({ name }) => ['-e', `Package: ${name}`])} $states`}; then
      echo '== automatic'; awk '/^Package: / { name = $2 } /^Auto-Installed: 1/ { print name }' $states
    fi`
  const output = await host.run(sh`
    export LC_ALL=C
    echo "now $(date +%s)"
    command -v apt-get >/dev/null || exit 127
    if ls /var/lib/apt/lists 2>/dev/null | grep -q _; then
      cd /var/lib/apt && stat -c 'fetched %Y' periodic/update-success-stamp lists lists/partial 2>/dev/null
    fi
    ${names.length > 0 ? asked : sh``}`)
  if (output.code === 127) {
    throw new Failure('module.command', 'this host has no apt-get', {
      at: host.at,
      hint: "use the module 'package', which takes what the host has",
    })
  }
  const text = output.stdout.toString()
  const times = [...text.matchAll(/^fetched (\d+)$/gm)].map(([, seconds]) => Number(seconds))
  return {
    now: Number(/^now (\d+)$/m.exec(text)?.[1] ?? 0),
    fetched: Math.max(0, ...times),
    packages: parsePackages(section(text, 'packages')),
    candidates: parsePolicy(section(text, 'policy')),
    provided: parseProvides(section(text, 'provides')),
    known: section(text, 'known').split('\n').filter(Boolean),
    automatic: new Set(section(text, 'automatic').split('\n')),
  }
}

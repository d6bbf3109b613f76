import { type Command, sh } from '../../command.ts'

/** An installed package in Ansible's words. */
export type Installed = { readonly name: string; readonly version: string; readonly [key: string]: unknown }

export type Lister = {
  readonly name: string
  /** Succeeds where the package manager keeps the system's packages. */
  readonly test: Command
  readonly list: Command
  readonly parse: (text: string) => Installed[]
}

const rows = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'))

const parseDpkg = (text: string): Installed[] =>
  rows(text).flatMap(([status = '', name = '', version = '', arch = '', category = '']) =>
    // The second letter tells what is there: unpacked and half-configured packages are, removed ones are not.
    /^.[iUFWt]/.test(status) ? [{ name, version, arch, category, source: 'apt' }] : [],
  )

const known = (value: string): string | null => (value === '(none)' || value === '' ? null : value)

const parseRpm = (text: string): Installed[] =>
  rows(text).map(([name = '', version = '', release = '', epoch = '', arch = '']) => {
    const number = known(epoch)
    return { name, version, release, epoch: number === null ? null : Number(number), arch: known(arch), source: 'rpm' }
  })

const parsePacman = (text: string): Installed[] =>
  text.split('\n\n').flatMap((paragraph) => {
    // A value goes on in the lines that begin with a blank.
    const fields = new Map(
      paragraph
        .replaceAll(/\n\s+/g, '  ')
        .split('\n')
        .flatMap((line): [string, string][] => {
          const [, key, value = ''] = /^(\w[\w ]*?) *: (.*)$/.exec(line) ?? []
          return key === undefined ? [] : [[key, value]]
        }),
    )
    const name = fields.get('Name')
    if (name === undefined) return []
    const provided = fields.get('Provides') ?? 'None'
    const provides =
      provided === 'None'
        ? null
        : provided
            .trim()
            .split(/\s+/)
            .map((each) => each.split('=')[0])
    return [
      {
        name,
        version: fields.get('Version') ?? '',
        arch: fields.get('Architecture') ?? '',
        provides,
        source: 'pacman',
      },
    ]
  })

const parseApk = (text: string): Installed[] =>
  text.split('\n').flatMap((line) => {
    const [, name, version, release] = /^(.+)-([^-]+)-([^-]+)$/.exec(line) ?? []
    return name === undefined || version === undefined ? [] : [{ name, version, release, source: 'apk' }]
  })

const dpkgFormat = '${db:Status-Abbrev}\\t${Package}\\t${Version}\\t${Architecture}\\t${Section}\\n'
const rpmFormat = '%{NAME}\\t%{VERSION}\\t%{RELEASE}\\t%{EPOCH}\\t%{ARCH}\\n'

/** Package managers; the one that keeps the system comes before one that is only installed beside it. */
export const listers: readonly Lister[] = [
  { name: 'apt', test: sh`[ -s /var/lib/dpkg/status ]`, list: sh`dpkg-query -W -f ${dpkgFormat}`, parse: parseDpkg },
  { name: 'rpm', test: sh`command -v rpm >/dev/null`, list: sh`rpm -qa --qf ${rpmFormat}`, parse: parseRpm },
  { name: 'pacman', test: sh`command -v pacman >/dev/null`, list: sh`LC_ALL=C pacman -Qi`, parse: parsePacman },
  { name: 'apk', test: sh`command -v apk >/dev/null`, list: sh`apk info -v 2>/dev/null`, parse: parseApk },
]

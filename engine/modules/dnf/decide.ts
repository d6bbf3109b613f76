import type { Spec } from './names.ts'
import type { Installed, Rpm } from './rpm.ts'
import { compareEvr, parseEvr } from './version.ts'

const holds = (operator: NonNullable<Spec['operator']>, order: number): boolean =>
  ({ '=': order === 0, '>=': order >= 0, '<=': order <= 0, '>': order > 0, '<': order < 0 })[operator]

/** A shell pattern over a package's name or its name and version. */
const matches = (pattern: string, { name, version, release, architecture }: Rpm): boolean => {
  const source = pattern
    .replace(/[\\^$.+(){}|]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
    .replace(/\[!/g, '[^')
  const whole = new RegExp(`^${source}$`)
  const forms = [name, `${name}.${architecture}`, `${name}-${version}`, `${name}-${version}-${release}`]
  return [...forms, `${name}-${version}-${release}.${architecture}`].some((form) => whole.test(form))
}

/** Whether a package that satisfies the task is installed; undefined when only dnf can tell (groups). */
export const isInstalled = (spec: Spec, installed: Installed): boolean | undefined => {
  const { kind, text, name, operator, version } = spec
  if (kind === 'group') return undefined
  if (kind === 'pattern') return installed.packages.some((one) => matches(text, one))
  if (kind === 'file') {
    const offer = installed.files.get(text)
    return offer ? installed.packages.some((one) => one.name === offer.name && compareEvr(one, offer) === 0) : undefined
  }
  if (operator === undefined || version === undefined) return !installed.missing.has(text)
  const wanted = parseEvr(version)
  return installed.packages.some((one) => one.name === name && holds(operator, compareEvr(one, wanted)))
}

/** Whether a later version is installed than the one that the task names. */
export const isNewerInstalled = ({ kind, text, stems }: Spec, { packages, files }: Installed): boolean => {
  const offer = kind === 'file' ? files.get(text) : undefined
  if (offer) return packages.some((one) => one.name === offer.name && compareEvr(one, offer) > 0)
  return stems.some(({ name, version }) =>
    packages.some((one) => {
      const wanted = parseEvr(
        version.endsWith(`.${one.architecture}`) ? version.slice(0, -one.architecture.length - 1) : version,
      )
      // Without an epoch in the text the installed one's is meant.
      const epoch = version.includes(':') ? wanted.epoch : one.epoch
      return one.name === name && compareEvr(one, { ...wanted, epoch }) > 0
    }),
  )
}

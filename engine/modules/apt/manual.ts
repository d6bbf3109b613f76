import type { AptParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { change, type Host, type Steps } from '../module.ts'
import { runOrFail } from '../runorfail.ts'
import { expand } from './decide.ts'
import { findPackage, type Spec } from './names.ts'
import type { Situation } from './situation.ts'

/**
 * Yields what marks packages that a task asks for, and that came as dependencies of others, as installed by hand: else
 * autoremove would take them away with what needed them. Ansible does it, too, and does not count it as a change.
 */
export async function* keepWanted(
  host: Host,
  specs: readonly Spec[],
  { state }: AptParameters,
  situation: Situation,
): Steps {
  if (!['present', 'installed', 'latest', 'fixed'].includes(state)) return {}
  const names = expand(specs, situation, false)
    .filter((spec) => findPackage(situation.packages, spec)?.status === 'installed')
    .flatMap(({ name }) => (situation.automatic.has(name) ? [name] : []))
  if (names.length === 0) return {}
  yield* change({
    what: `mark ${names.join(' ')} as installed by hand`,
    apply: () => runOrFail(host, sh`apt-mark manual -- ${names}`),
  })
  return {}
}

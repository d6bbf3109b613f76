import { checkReferences } from '../check/checkreferences.ts'
import { survey } from '../check/survey.ts'
import { siteRoot } from '../check/words.ts'
import { identityNames } from '../inventory/identity.ts'
import { layersOf } from '../inventory/variables.ts'
import { isModule } from '../modules/registry.ts'
import type { PlaybookLoader } from '../playbook/loader.ts'
import type { Playbook } from '../playbook/play.ts'
import { magicNames } from '../run/magic.ts'
import type { Session } from './session.ts'

/** The names that the inventory and the command line define, and those that every run has. */
const namesOf = ({ site: { inventory }, extraVars }: Session): Set<string> => {
  const layers = [
    ...[...inventory.groups.keys()].flatMap((name) => layersOf(inventory, 'group', name)),
    ...[...inventory.hosts.keys()].flatMap((name) => layersOf(inventory, 'host', name)),
  ]
  const written = [extraVars, ...layers.map(({ values }) => values)].flatMap((values) => [...values.keys()].map(String))
  return new Set([...magicNames, ...identityNames, ...written])
}

/** Tells which variables, filters, tests and lookups playbooks name that there are not, where that is certain. */
export const cautionReferences = async (
  playbooks: readonly Playbook[],
  loader: PlaybookLoader,
  session: Session,
): Promise<void> => {
  const { templar, inventory, decryptFile } = session.site
  const found = await survey(playbooks, { loader, isModule })
  const failures = checkReferences(found, {
    templar,
    known: namesOf(session),
    roots: [...new Set([inventory.directory, ...found.directories].map(siteRoot))],
    decrypt: (ciphertext, file) => decryptFile(ciphertext, { file, line: 1, column: 1 }).toString(),
  })
  for (const failure of failures) session.caution(failure)
}

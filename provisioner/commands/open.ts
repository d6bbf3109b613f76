import { Failure } from '../../engine/failure.ts'
import { parseVaultId, readVaultSecrets } from '../../engine/vars/vaultsecrets.ts'
import { loadSite, type Site, type SiteSources } from '../site.ts'
import { defaultStateDirectory, openState, type State } from '../state.ts'
import type { CommonOptions, Opening, Surroundings } from './program.ts'

/** Where a command reads its site from. Throws a Failure when no inventory is given. */
export const siteSources = async (
  options: CommonOptions,
  { complain, environment, style }: Surroundings,
): Promise<SiteSources> => {
  const inventory = options.inventory ?? environment['ANSIBLE_INVENTORY']?.split(',')
  if (!inventory || inventory.length === 0) {
    throw new Failure('cli.inventory', 'this command needs the inventory of the site', {
      hint: 'give it with -i inventory/NAME, or in ANSIBLE_INVENTORY',
    })
  }
  const warn: SiteSources['warn'] = (message, at) =>
    complain(style.warning(`warning: ${at ? `${at.file}:${at.line}:${at.column}: ` : ''}${message}`))
  return {
    inventory,
    environment,
    warn,
    vaultSecrets: await readVaultSecrets(
      (options.vaultPasswordFile ?? []).map((text) => parseVaultId(text)),
      { directory: '.', answer: async () => undefined, warn },
    ),
  }
}

const isGiven = (options: CommonOptions, environment: Surroundings['environment']): boolean =>
  options.inventory !== undefined || environment['ANSIBLE_INVENTORY'] !== undefined

/** The state directory that a command works on. */
export const stateDirectory = async (options: CommonOptions, opening: Opening): Promise<string> =>
  options.state ?? (await opening.site(options)).settings.state ?? defaultStateDirectory

/** Opens each thing once; `close` closes what was opened. */
export const createOpening = (surroundings: Surroundings): Opening & { close(): void } => {
  let site: Promise<Site> | undefined
  let state: State | undefined
  const opening: Opening = {
    site(options) {
      site ??= siteSources(options, surroundings).then(loadSite)
      return site
    },
    async state(options) {
      const directory =
        options.state === undefined && !isGiven(options, surroundings.environment)
          ? defaultStateDirectory
          : await stateDirectory(options, opening)
      state ??= await openState(directory)
      return state
    },
  }
  return { ...opening, close: () => state?.close() }
}

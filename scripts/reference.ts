// The pages of docs/reference: everything that has a name in Prelude, made from the sources.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandsPage } from './reference/commands.ts'
import { configurationPage } from './reference/configuration.ts'
import { factsPage } from './reference/facts.ts'
import { keywordsPage } from './reference/keywords.ts'
import { routesPage } from './reference/routes.ts'
import { modulesPage, recordsPage } from './reference/schemas.ts'
import { stagesPage } from './reference/stages.ts'
import { templatesPage } from './reference/templates.ts'

const directory = join(import.meta.dirname, '../docs/reference')

const pages: Readonly<Record<string, () => string>> = {
  'commands.md': commandsPage,
  'configuration.md': configurationPage,
  'facts.md': factsPage,
  'keywords.md': keywordsPage,
  'modules.md': modulesPage,
  'records.md': recordsPage,
  'routes.md': routesPage,
  'stages.md': stagesPage,
  'templates.md': templatesPage,
}

export const writeReference = (): void => {
  mkdirSync(directory, { recursive: true })
  for (const [name, make] of Object.entries(pages)) writeFileSync(join(directory, name), make())
}

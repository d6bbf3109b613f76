// Evaluates templates for a host of an inventory, one after another, in a process that has loaded nothing else.
// usage: asked.ts INVENTORY HOST TEMPLATE...; prints what each gave, and whether what checks records is loaded then.
import { createRequire } from 'node:module'
import { openSite } from '../../../../engine/site.ts'
import { says } from './site.ts'

const [, , inventory = '', host = '', ...sources] = process.argv

const isAjvLoaded = (): boolean =>
  Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes('/node_modules/ajv/'))

const site = await openSite({
  inventory: [inventory],
  vaultSecrets: [],
  extraVars: new Map(),
  warn: () => {},
  environment: {},
})
console.log(JSON.stringify(sources.map((source) => ({ value: says(site, host, source), isAjvLoaded: isAjvLoaded() }))))

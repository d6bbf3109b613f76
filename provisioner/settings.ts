import ipaddr from 'ipaddr.js'
import { Failure, throwAll } from '../engine/failure.ts'
import { membersOf } from '../engine/inventory/groups.ts'
import type { Inventory } from '../engine/inventory/inventory.ts'
import type { Resolve } from '../engine/inventory/node/records.ts'
import { hostVariables } from '../engine/inventory/variables.ts'
import { suggest } from '../engine/nearest.ts'
import { schemaCheck } from '../engine/schema.ts'
import { toPlain } from '../engine/vars/value.ts'
import siteSchema from '../schema/site.schema.json' with { type: 'json' }
import type { SiteBoot, SiteSettings } from '../schema/types.ts'

const checkShape = schemaCheck(siteSchema)
const prefix = 'prelude_'

/** The host whose variables are the site's settings: the first of the group `head`, else this machine. */
export const headHost = (inventory: Inventory): string => membersOf(inventory, 'head')[0] ?? 'localhost'

/** The variables prelude_… that a host has, checked; `only` limits which. Throws a Failure 'server.settings' with every problem. */
const settingsOf = (inventory: Inventory, resolve: Resolve, host: string, only?: readonly string[]): SiteSettings => {
  const { values, origins } = hostVariables(inventory, host)
  const known = Object.keys(siteSchema.properties)
  const settings: Record<string, unknown> = {}
  const failures: Failure[] = []
  const at = (name: string) => origins.get(prefix + name)?.at
  for (const [variable, value] of values) {
    if (!variable.startsWith(prefix)) continue
    const name = variable.slice(prefix.length)
    if (only && !only.includes(name)) continue
    if (known.includes(name)) settings[name] = toPlain(resolve(value, host))
    else {
      failures.push(
        new Failure('server.settings', `'${variable}' is no setting of the provisioner`, {
          at: at(name),
          hint: suggest(
            variable,
            known.map((each) => prefix + each),
          ),
        }),
      )
    }
  }
  const problems = checkShape(settings)
  if (problems.length > 0) {
    for (const { instancePath, message, params } of problems) {
      const path = instancePath.split('/').slice(1)
      const detail = [params['additionalProperty'], params['allowedValues']].flat().filter((part) => part !== undefined)
      failures.push(
        new Failure(
          'server.settings',
          `${prefix}${path.join('.')} ${message}${detail.length > 0 ? `: ${detail.join(', ')}` : ''}`,
          {
            at: at(path[0] ?? ''),
          },
        ),
      )
    }
  } else if (settings['server'] !== undefined && !ipaddr.isValid(String(settings['server']))) {
    failures.push(
      new Failure('server.settings', `prelude_server '${settings['server']}' is no address`, {
        at: at('server'),
        hint: 'write the address of the head node in the network that nodes boot over; names go to prelude_names',
      }),
    )
  }
  throwAll(failures)
  return settings as SiteSettings
}

export const siteSettings = (inventory: Inventory, resolve: Resolve): SiteSettings =>
  settingsOf(inventory, resolve, headHost(inventory))

/** How one node boots: settings that may stand on any group or host. */
export type NodePolicy = {
  readonly boot: SiteBoot
  /** Further servers of images. */
  readonly servers: readonly string[]
}

export const nodePolicy = (inventory: Inventory, resolve: Resolve, host: string): NodePolicy => {
  const { boot = {}, servers = [] } = settingsOf(inventory, resolve, host, ['boot', 'servers'])
  return { boot, servers }
}

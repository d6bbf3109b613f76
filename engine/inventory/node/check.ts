import type { ErrorObject } from 'ajv'
import nodeSchema from '../../../schema/node.schema.json' with { type: 'json' }
import type { NodeNetwork, NodeRecord } from '../../../schema/types.ts'
import { Failure } from '../../failure.ts'
import { ipaddr } from '../../ipaddr.ts'
import { suggest } from '../../nearest.ts'
import { schemaCheck } from '../../schema.ts'
import { bootInterface, interfacesOf } from './interfaces.ts'
import { linkProblems } from './links.ts'

/** Where in the record something is wrong, and what. */
export type Problem = { readonly path: readonly string[]; readonly message: string; readonly hint?: string }

const checkShape = schemaCheck(nodeSchema)

const unescaped = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~')

const schemaProblem = (error: ErrorObject): Problem => {
  const path = error.instancePath.split('/').slice(1).map(unescaped)
  const { params } = error
  if (error.keyword === 'additionalProperties') {
    const name = String(params['additionalProperty'])
    const known = Object.keys((error.parentSchema?.['properties'] as object | undefined) ?? {})
    return { path: [...path, name], message: `'${name}' is no field of ${shown(path)}`, hint: suggest(name, known) }
  }
  if (error.keyword === 'enum') {
    const allowed = (params['allowedValues'] as unknown[]).join(', ')
    return { path, message: `${shown(path)} is '${error.data}'`, hint: `allowed: ${allowed}` }
  }
  if (error.keyword === 'pattern' && path.at(-1) === 'mac') {
    return { path, message: `'${error.data}' is no hardware address`, hint: 'write it as 6c:92:cf:ee:90:80' }
  }
  return { path, message: `${shown(path)} ${error.message ?? 'is wrong'}` }
}

const shown = (path: readonly string[]): string => `node_${path.join('.') || 'image'}`

/** Checks the shape of a record by its schema. */
export const shapeProblems = (record: unknown): readonly Problem[] => checkShape(record).map(schemaProblem)

const addressProblems = (key: string, network: NodeNetwork): Problem[] => {
  const problems: Problem[] = []
  const check = (field: 'address' | 'address6' | 'gateway', isRight: (text: string) => boolean, hint: string) => {
    const value = network[field]
    if (value === undefined || isRight(value)) return
    problems.push({ path: ['networks', key, field], message: `${field} '${value}' of ${key} is wrong`, hint })
  }
  check(
    'address',
    (text) => ipaddr().IPv4.isValidCIDR(text),
    'write an IPv4 address with its prefix length: 10.1.34.1/16',
  )
  check(
    'address6',
    (text) => ipaddr().IPv6.isValidCIDR(text),
    'write an IPv6 address with its prefix length: fd00::1/64',
  )
  check('gateway', (text) => ipaddr().isValid(text), 'write an address: 10.1.0.254')
  return problems
}

/** Checks what a schema cannot say. The record must have the right shape. */
export const meaningProblems = (record: NodeRecord): readonly Problem[] => {
  const networks = record.networks ?? {}
  const problems: Problem[] = []
  const report = (path: readonly string[], message: string, hint: string) => problems.push({ path, message, hint })

  for (const [key, network] of Object.entries(networks)) {
    problems.push(...addressProblems(key, network))
    for (const member of network.members ?? []) {
      if (!networks[member]) {
        report(
          ['networks', key, 'members'],
          `bond ${key} has a member '${member}' that is no network of the node`,
          suggest(member, Object.keys(networks)),
        )
      }
    }
    if (network.type === 'bond' && !network.members?.length) {
      report(['networks', key], `bond ${key} has no members`, `name its cards: node_networks.${key}.members`)
    }
    if (network.type === 'vlan' && (network.parent === undefined || network.vlan === undefined)) {
      report(['networks', key], `VLAN ${key} needs 'parent' and 'vlan'`, 'parent: bond0 and vlan: 42, for example')
    }
    if (network.parent !== undefined && !networks[network.parent]) {
      report(
        ['networks', key, 'parent'],
        `the parent '${network.parent}' of ${key} is no network of the node`,
        suggest(network.parent, Object.keys(networks)),
      )
    }
  }

  const interfaces = interfacesOf(record)
  const keyOf = (name: string) => Object.keys(networks).find((key) => (networks[key]?.name ?? key) === name) ?? name
  for (const { name, field, message, hint } of linkProblems(interfaces))
    report(['networks', keyOf(name), field], message, hint)
  const boot = bootInterface(interfaces)
  const booting = Object.entries(networks).filter(([, network]) => network.boot)
  if (booting.length > 1) {
    report(
      ['networks'],
      `several interfaces have boot: ${booting.map(([key]) => key).join(', ')}`,
      'a node boots over one interface',
    )
  }
  if (!boot) {
    report(['networks'], 'the node has no interface with a MAC to boot from', 'give one of node_networks a mac')
  } else if (boot.mac === undefined) {
    report(
      ['networks'],
      `boot interface '${boot.name}' has no MAC`,
      `set node_networks.${booting[0]?.[0] ?? boot.name}.mac: the provisioner knows the node by it`,
    )
  }
  const { type = 'image', source } = record.root ?? {}
  if (type === 'nfs' && source === undefined) {
    report(
      ['root'],
      "the root of type nfs has no 'source'",
      'name server and directory: source: 10.1.0.1:/srv/roots/compute',
    )
  }
  if (type !== 'nfs' && source !== undefined) {
    report(['root', 'source'], `a root of type ${type} has no source`, 'is it meant to be of type nfs?')
  }
  for (const [index, arg] of (record.kernel?.args ?? []).entries()) {
    if (/[\x00-\x1f]/.test(arg) || ['||', '&&'].includes(arg)) {
      report(
        ['kernel', 'args', String(index)],
        `kernel argument ${JSON.stringify(arg)} cannot stand in a boot script`,
        'no control characters, no || and no &&',
      )
    }
  }
  for (const name of Object.keys(record.secrets ?? {})) {
    if (!/^[A-Za-z0-9._-]+$/.test(name) || name.startsWith('.')) {
      report(['secrets', name], `'${name}' cannot name a secret`, 'use letters, digits, dots, dashes and underscores')
    }
  }
  return problems
}

/** Two nodes must not share an address or a MAC; the answer names the later node. */
export const conflictProblems = (records: readonly NodeRecord[]): ReadonlyMap<string, readonly Problem[]> => {
  const owners = new Map<string, string>()
  const conflicts = new Map<string, Problem[]>()
  for (const record of records) {
    for (const [key, network] of Object.entries(record.networks ?? {})) {
      for (const field of ['mac', 'address', 'address6'] as const) {
        const value = network[field]?.toLowerCase().replaceAll('-', ':').split('/', 1)[0]
        if (value === undefined) continue
        const owner = owners.get(value)
        owners.set(value, owner ?? record.name)
        if (owner === undefined || owner === record.name) continue
        conflicts.set(record.name, [
          ...(conflicts.get(record.name) ?? []),
          {
            path: ['networks', key, field],
            message: `${field} ${value} of ${record.name} is ${owner}'s too`,
            hint: 'give each node its own',
          },
        ])
      }
    }
  }
  return conflicts
}

/** A problem as a Failure at the place its field was written. */
export const toFailure = (problem: Problem, node: string, at: Failure['at']): Failure =>
  new Failure('node.record', `node ${node}: ${problem.message}`, { at, hint: problem.hint })

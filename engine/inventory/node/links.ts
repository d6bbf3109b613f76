import { isIPv4 } from 'node:net'
import { bondProblems, type FieldProblem } from './bond.ts'
import { bootInterface, type Interface } from './interfaces.ts'

export type LinkProblem = FieldProblem & { readonly name: string }

type Report = (each: Interface, field: FieldProblem['field'], message: string, hint: string) => void

const checkMember = (member: Interface, bonds: readonly Interface[], report: Report): void => {
  if (bonds.length > 1)
    report(member, 'name', `${member.name} is a member of ${bonds.map(({ name }) => name).join(' and ')}`, 'choose one')
  for (const field of ['address', 'address6', 'gateway', 'routes'] as const)
    if (member[field] !== undefined)
      report(
        member,
        field,
        `${field} of ${member.name} would be on a member of ${bonds[0]?.name}`,
        'give it to the bond',
      )
}

const checkChild = (child: Interface, parent: Interface, report: Report): void => {
  if (child.type === 'vlan' && parent.type === 'infiniband')
    report(
      child,
      'parent',
      `VLAN ${child.name} is over InfiniBand`,
      "InfiniBand has partitions: type infiniband, 'pkey'",
    )
  if (child.type === 'infiniband' && parent.type !== 'infiniband')
    report(child, 'parent', `partition ${child.name} is over ${parent.name}, which is no InfiniBand`, 'name its card')
  const room = parent.mtu ?? (parent.type === 'infiniband' ? 2044 : 1500)
  if (child.type === 'vlan' && child.mtu !== undefined && child.mtu > room)
    report(
      child,
      'mtu',
      `MTU ${child.mtu} of ${child.name} is more than the ${room} of ${parent.name}`,
      'raise that one',
    )
}

/** What is wrong between interfaces, or with their fields together. Members and parents that do not exist are not looked at. */
export const linkProblems = (interfaces: readonly Interface[]): readonly LinkProblem[] => {
  const problems: LinkProblem[] = []
  const report: Report = (each, field, message, hint) => problems.push({ name: each.name, field, message, hint })
  const named = (name: string | undefined) => interfaces.find((each) => each.name === name)
  for (const each of interfaces) {
    if (each.name.length > 15 || !/^[^\s/:]+$/.test(each.name) || ['.', '..', 'all', 'default'].includes(each.name))
      report(each, 'name', `'${each.name}' cannot name an interface`, 'at most 15 characters, no blank, slash or colon')
    const bonds = interfaces.filter(({ members }) => members?.includes(each.name))
    if (bonds.length > 0) checkMember(each, bonds, report)
    if (each.type === 'bond') {
      const members = (each.members ?? []).flatMap((member) => named(member) ?? [])
      for (const { field, message, hint } of bondProblems(each, members))
        report(each, field, `${message} (bond ${each.name})`, hint)
      for (const target of each.arp_ip_target ?? [])
        if (!isIPv4(target)) report(each, 'arp_ip_target', `'${target}' is no IPv4 address`, 'write it as 10.1.0.254')
    }
    const parent = named(each.parent)
    if (parent) checkChild(each, parent, report)
    if (each.pkey !== undefined && each.parent === undefined)
      report(each, 'pkey', `partition ${each.name} has no parent`, 'name the InfiniBand card that it is on')
    if (each.transport !== undefined && each.type !== 'infiniband')
      report(each, 'transport', `transport means nothing for ${each.name}`, 'it belongs to type infiniband')
    const most = each.transport === 'connected' ? 65520 : 4092
    if (each.type === 'infiniband' && each.mtu !== undefined && each.mtu > most)
      report(
        each,
        'mtu',
        `MTU ${each.mtu} of ${each.name} is more than ${most}`,
        'transport: connected takes up to 65520',
      )
  }
  return problems
}

/**
 * The interface that asks for an address (DHCP, router advertisements), for the node must speak over something: what is
 * over the boot card, or the VLAN over it that is the node's primary interface, as long as none of them has a static one.
 */
export const askingInterface = (interfaces: readonly Interface[]): Interface | undefined => {
  const boot = bootInterface(interfaces)
  const carrier = (boot && interfaces.find(({ members }) => members?.includes(boot.name))) ?? boot
  const over = interfaces.filter(({ type, parent }) => type === 'vlan' && parent === carrier?.name)
  const isStatic = (each: Interface) => each.address !== undefined || each.address6 !== undefined
  if (carrier === undefined || [carrier, ...over].some(isStatic)) return undefined
  return over.find(({ primary }) => primary) ?? carrier
}

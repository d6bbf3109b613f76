import type { OpensslCsrParameters } from '../../../schema/types.ts'
import { Failure } from '../../failure.ts'
import type { Host } from '../module.ts'
import { checkOneLine } from '../oneline.ts'

/** A value in openssl's configuration, where `$`, `#`, quotes and backslashes have meanings. */
const escaped = (value: string): string => value.replace(/[\\$#"'`;]/g, '\\$&').replace(/^ | $/g, '\\$&')

/** Fields of a subject, in order: openssl's names and their values. */
const subjectOf = (host: Host, params: OpensslCsrParameters): [string, string][] => {
  const fields: (readonly [string, unknown])[] = [
    ['C', params.country_name],
    ['ST', params.state_or_province_name],
    ['L', params.locality_name],
    ['O', params.organization_name],
    ['OU', params.organizational_unit_name],
    ['CN', params.common_name],
    ['emailAddress', params.email_address],
    ...Object.entries(params.subject ?? {}),
    ...(params.subject_ordered ?? []).flatMap((one) => Object.entries(one as Record<string, unknown>)),
  ]
  return fields.flatMap(([name, value]) => {
    if (!/^[A-Za-z][A-Za-z0-9]*$|^\d+(\.\d+)+$/.test(name)) {
      throw new Failure('module.parameter', `'${name}' is no field of a subject`, { at: host.at })
    }
    const values = value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]
    return values.map(String).map((text): [string, string] => {
      checkOneLine(host, { [name]: text })
      return [name, text]
    })
  })
}

const generalNames: Readonly<Record<string, string>> = {
  dns: 'DNS',
  ip: 'IP',
  email: 'email',
  uri: 'URI',
  rid: 'RID',
  othername: 'otherName',
}

/** A section of general names; `after` stands before each of its keys (`permitted;`). */
const namesSection = (host: Host, parameter: string, names: readonly string[], before = ''): string[] =>
  names.map((name, index) => {
    checkOneLine(host, { [parameter]: name })
    const [, kind = '', value = ''] = /^([A-Za-z]+):(.*)$/s.exec(name) ?? []
    const known = generalNames[kind.toLowerCase()]
    if (known === undefined) {
      throw new Failure('module.parameter', `'${parameter}': '${name}' is no name of a known kind`, {
        at: host.at,
        hint: `write it as 'DNS:${name}'; kinds: ${Object.values(generalNames).join(', ')}`,
      })
    }
    return `${before}${known}.${index} = ${escaped(value)}`
  })

const words = (host: Host, parameter: string, list: readonly string[], isCritical: boolean): string => {
  for (const word of list) {
    if (/^[A-Za-z0-9][\w. :-]*$/.test(word)) continue
    throw new Failure('module.parameter', `'${parameter}' cannot be '${word}'`, { at: host.at })
  }
  return [...(isCritical ? ['critical'] : []), ...list].join(',')
}

/** The configuration of `openssl req` that makes the wanted request. Throws a Failure that names what is wrong. */
export const configurationOf = (host: Host, params: OpensslCsrParameters): string => {
  const subject = subjectOf(host, params)
  const common = subject.findLast(([name]) => name === 'CN' || name === 'commonName')?.[1]
  const given = params.subject_alt_name ?? []
  const isFromCommon = given.length === 0 && params.use_common_name_for_san && common !== undefined
  const alternatives = isFromCommon ? [`DNS:${common}`] : given
  const { key_usage = [], extended_key_usage = [], basic_constraints = [], crl_distribution_points = [] } = params
  const { name_constraints_permitted = [], name_constraints_excluded = [] } = params
  const critical = (isCritical: boolean) => (isCritical ? 'critical,' : '')
  const extensions = [
    ...(alternatives.length > 0 ? [`subjectAltName = ${critical(params.subject_alt_name_critical)}@names`] : []),
    ...(key_usage.length > 0 ? [`keyUsage = ${words(host, 'key_usage', key_usage, params.key_usage_critical)}`] : []),
    ...(extended_key_usage.length > 0
      ? [
          `extendedKeyUsage = ${words(host, 'extended_key_usage', extended_key_usage, params.extended_key_usage_critical)}`,
        ]
      : []),
    ...(basic_constraints.length > 0
      ? [`basicConstraints = ${words(host, 'basic_constraints', basic_constraints, params.basic_constraints_critical)}`]
      : []),
    ...(params.ocsp_must_staple ? [`tlsfeature = ${critical(params.ocsp_must_staple_critical)}status_request`] : []),
    ...(name_constraints_permitted.length + name_constraints_excluded.length > 0
      ? [`nameConstraints = ${critical(params.name_constraints_critical)}@constraints`]
      : []),
    ...(params.create_subject_key_identifier ? ['subjectKeyIdentifier = hash'] : []),
    ...(crl_distribution_points.length > 0
      ? [`crlDistributionPoints = ${crl_distribution_points.map((_, at) => `point${at}`).join(',')}`]
      : []),
  ]
  const lines = [
    '[req]',
    'prompt = no',
    'string_mask = utf8only',
    'utf8 = yes',
    'distinguished_name = subject',
    ...(extensions.length > 0 ? ['req_extensions = extensions'] : []),
    '[subject]',
    ...subject.map(([name, value], index) => `${index}.${name} = ${escaped(value)}`),
    '[extensions]',
    ...extensions,
    '[names]',
    ...namesSection(host, 'subject_alt_name', alternatives),
    '[constraints]',
    ...namesSection(host, 'name_constraints_permitted', name_constraints_permitted, 'permitted;'),
    ...namesSection(host, 'name_constraints_excluded', name_constraints_excluded, 'excluded;'),
    ...crl_distribution_points.flatMap(({ full_name }, at) => [
      `[point${at}]`,
      `fullname = @point${at}names`,
      `[point${at}names]`,
      ...namesSection(host, 'crl_distribution_points', full_name),
    ]),
  ]
  return `${lines.join('\n')}\n`
}

/** A profile's properties as `nmcli -t connection show` names and writes them. */
export type Properties = ReadonlyMap<string, string>

/** Reads `nmcli --escape no -t connection show`: `ipv4.dns:1.1.1.1,8.8.8.8`. */
export const parseProfile = (text: string): Map<string, string> => {
  const properties = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, name, value = ''] = /^([\w-]+(?:\.[\w-]+)*):(.*)$/.exec(line) ?? []
    if (name !== undefined) properties.set(name, value)
  }
  return properties
}

const lists = /\.(addresses|dns|dns-search|dns-options|routes|routing-rules)$/

/** Options of a bond by name. */
export const bondOptions = (text: string): Map<string, string> =>
  new Map(
    text
      .split(/,(?=[a-z_]+=)/)
      .filter((option) => option.includes('='))
      .map((option): [string, string] => [option.slice(0, option.indexOf('=')), option.slice(option.indexOf('=') + 1)]),
  )

/** A value in one form, whatever nmcli or the task writes. */
const plain = (name: string, value: string): string => {
  if (lists.test(name)) {
    return value
      .split(/[,;]\s*/)
      .map((item) => item.trim().replace(/\s+/g, ' '))
      .filter((item) => item !== '')
      .join(', ')
  }
  if (name === 'bond.options')
    return [...bondOptions(value)]
      .map((pair) => pair.join('='))
      .sort()
      .join(',')
  if (name.endsWith('.mtu') && value === 'auto') return '0'
  if (name.endsWith('mac-address')) return value.toUpperCase()
  return value
}

/** The properties that differ from what a task wants. Options of a bond that the task does not name are kept. */
export const changedProperties = (current: Properties, wanted: Properties): Map<string, string> => {
  const changed = new Map<string, string>()
  for (const [name, value] of wanted) {
    const former = current.get(name) ?? ''
    const whole =
      name === 'bond.options'
        ? [...new Map([...bondOptions(former), ...bondOptions(value)])].map((pair) => pair.join('=')).join(',')
        : value
    if (plain(name, former) !== plain(name, whole)) changed.set(name, whole)
  }
  return changed
}

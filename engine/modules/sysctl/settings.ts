/** The one form of a kernel parameter's value: blanks joined, as the kernel and files write them differently. */
export const normal = (value: string): string => value.trim().split(/\s+/).join(' ')

const setting = /^\s*-?\s*([^#;=\s][^=]*?)\s*=\s*(.*?)\s*$/

/** `net/ipv4/ip_forward` and `net.ipv4.ip_forward` are the same; the first separator tells which one is used. */
const dotted = (name: string): string => {
  const separator = /[./]/.exec(name)?.[0]
  return separator === '/' ? name.replace(/[./]/g, (one) => (one === '/' ? '.' : '/')) : name
}

/** The value that a file of sysctl sets last; undefined when it does not set the parameter. */
export const valueIn = (text: string, name: string): string | undefined => {
  let value: string | undefined
  for (const line of text.split('\n')) {
    const [, found, given] = setting.exec(line) ?? []
    if (found !== undefined && dotted(found) === dotted(name)) value = given
  }
  return value
}

/**
 * A file of sysctl that sets the parameter to the value once, where it stood first, or at the end; without a value it
 * is not set any more. All other lines stay.
 */
export const withSetting = (text: string, name: string, value: string | undefined): string => {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n')
  const kept: string[] = []
  let isWritten = value === undefined
  for (const line of lines) {
    const found = setting.exec(line)?.[1]
    if (found === undefined || dotted(found) !== dotted(name)) kept.push(line)
    else if (!isWritten) {
      kept.push(`${name}=${value}`)
      isWritten = true
    }
  }
  if (!isWritten) kept.push(`${name}=${value}`)
  return kept.length === 0 ? '' : `${kept.join('\n')}\n`
}

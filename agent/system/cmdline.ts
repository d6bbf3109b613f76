/**
 * Kernel command line as the kernel splits it: words at white space, double quotes keep a word together. A word without
 * `=` has the value true; the last of several wins.
 */
export const parseCmdline = (text: string): ReadonlyMap<string, string | true> => {
  const words = text.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? []
  const values = new Map<string, string | true>()
  for (const word of words) {
    const plain = word.replaceAll('"', '')
    const equals = plain.indexOf('=')
    if (equals < 0) values.set(plain, true)
    else values.set(plain.slice(0, equals), plain.slice(equals + 1))
  }
  return values
}

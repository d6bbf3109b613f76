/** Python's escapes of one letter, and of the backslash. */
export const letterEscapes: Readonly<Record<string, string>> = {
  '\\': '\\',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/** Those of a string literal, but for the ones that number a character; a line that is continued leaves nothing. */
export const stringEscapes: Readonly<Record<string, string>> = { ...letterEscapes, "'": "'", '"': '"', '\n': '' }

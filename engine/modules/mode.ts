import { Failure } from '../failure.ts'

type Subject = { readonly mode: number; readonly directory: boolean }

const classes = { u: 6, g: 3, o: 0 } as const
type Class = keyof typeof classes
const special = { u: 0o4000, g: 0o2000, o: 0o1000 } as const

const clause = /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)$/

/** The bits that the letters after an operator mean for one class. */
const bitsOf = (letters: string, who: Class, { mode, directory }: Subject): number => {
  let bits = 0
  for (const letter of letters) {
    if (letter === 'r') bits |= 4 << classes[who]
    if (letter === 'w') bits |= 2 << classes[who]
    if (letter === 'x') bits |= 1 << classes[who]
    if (letter === 'X' && (directory || mode & 0o111)) bits |= 1 << classes[who]
    if (letter === 's' && who !== 'o') bits |= special[who]
    if (letter === 't' && who === 'o') bits |= special.o
    if (letter === 'u' || letter === 'g' || letter === 'o') bits |= ((mode >> classes[letter]) & 7) << classes[who]
  }
  return bits
}

const applyClause = (text: string, subject: Subject, umask: number): number => {
  const [, users = '', actions = ''] = clause.exec(text)!
  const affected = (users === '' || users.includes('a') ? ['u', 'g', 'o'] : [...new Set(users)]) as Class[]
  let { mode } = subject
  for (const [, operator, letters = ''] of actions.matchAll(/([-+=])([^-+=]*)/g)) {
    for (const who of affected) {
      const bits = bitsOf(letters, who, { ...subject, mode }) & (users === '' ? ~umask : 0o7777)
      const all = (7 << classes[who]) | special[who]
      if (operator === '+') mode |= bits
      else if (operator === '-') mode &= ~bits
      else mode = (mode & ~all) | bits
    }
  }
  return mode
}

/** Whether a mode has a clause without a class (`+x`), which the host's umask limits. */
export const dependsOnUmask = (mode: string): boolean => mode.split(',').some((part) => /^[-+=]/.test(part))

/** Throws a Failure when the text is neither octal (`0644`, `0o644`) nor symbolic (`u=rw,g=r,o=`, `a+X`). */
export const checkMode = (mode: string): void => {
  if (/^(0o)?[0-7]{1,5}$/.test(mode) || mode.split(',').every((part) => clause.test(part))) return
  throw new Failure('module.parameter', `'${mode}' is no file mode`, {
    hint: "write an octal number ('0644') or symbols ('u=rwX,g=rX,o=')",
  })
}

/** The permission bits that a mode gives a file or directory which has `subject.mode` now. */
export const modeFor = (mode: string, subject: Subject, umask = 0o022): number => {
  checkMode(mode)
  if (/^(0o)?[0-7]+$/.test(mode)) return Number.parseInt(mode.replace(/^0o/, ''), 8) & 0o7777
  return mode.split(',').reduce((bits, part) => applyClause(part, { ...subject, mode: bits }, umask), subject.mode)
}

/** `0644`, as results and messages write permission bits; `01777` with a bit for set-id or sticky before them. */
export const octal = (mode: number): string => `0${mode.toString(8).padStart(3, '0')}`

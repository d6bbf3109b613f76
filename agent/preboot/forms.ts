/** The forms in which programs write a text, beside the text itself. Pure functions; one for each way of writing. */

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8')

const json = (text: string): string => JSON.stringify(text).slice(1, -1)

const codeUnit = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** JSON for readers of ASCII alone, as many programs write it. */
const asciiJson = (text: string): string => json(text).replace(/[\u0080-\uffff]/g, codeUnit)

function* jsons(text: string): Iterable<string> {
  const once = json(text)
  yield once
  yield asciiJson(text)
  yield once.replaceAll('/', '\\/')
  yield once.replace(/[<>&']/g, codeUnit)
  yield json(once) // JSON within JSON
}

/** As Python shows a string: in single quotes, in double ones where it holds a single one. */
function* pythons(text: string): Iterable<string> {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replace(/[\x00-\x1f\x7f]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
  yield escaped
  yield escaped.replaceAll("'", "\\'")
}

/** Quoted for a shell: in single quotes, in double quotes, or with a backslash before what is special. */
function* shells(text: string): Iterable<string> {
  yield text.replaceAll("'", `'\\''`)
  yield text.replaceAll("'", `'"'"'`)
  yield text.replace(/["$`\\]/g, '\\$&')
  yield text.replace(/^[#~]|[\s"'\\|&;()<>!{}*[\]?^$`,]/g, '\\$&') // bash's printf %q
  yield text.replace(/[^A-Za-z0-9_./:=@%+,-]/g, '\\$&')
  yield text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\t', '\\t') // $'…'
}

const lowerCaseEscapes = (text: string): string => text.replace(/%[0-9A-F]{2}/g, (escaped) => escaped.toLowerCase())

/** Escaped for a URL or a form, with what different programs leave as it is. */
function* urls(text: string): Iterable<string> {
  const escaped = bytes(text).reduce((whole, byte) => {
    const character = String.fromCharCode(byte)
    const plain = /[A-Za-z0-9_.~-]/.test(character)
    return whole + (plain ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
  }, '')
  const unescaped = (characters: string) =>
    [...characters].reduce(
      (shown, character) => shown.replaceAll(`%${character.charCodeAt(0).toString(16).toUpperCase()}`, character),
      escaped,
    )
  for (const form of [
    escaped,
    unescaped('/'),
    unescaped("!'()*"),
    unescaped("!'()*;/?:@&=+$,#"),
    escaped.replaceAll('~', '%7E').replaceAll('%2A', '*'), // a form's
  ]) {
    for (const either of [form, lowerCaseEscapes(form)]) {
      yield either
      yield either.replaceAll('%20', '+')
    }
  }
}

/** A form of base64 that is shorter could be anything. */
const shortestBase64 = 6

/**
 * In base64: alone, and wherever it stands in something longer, as in `user:password`: then it begins at one of three
 * places of a group, and the characters that also hold bits of its neighbours are left out.
 */
function* base64s(content: Buffer): Iterable<string> {
  const whole = content.toString('base64')
  const forms = [whole.replace(/=+$/, '')]
  for (const offset of [0, 1, 2]) {
    const shifted = Buffer.concat([Buffer.alloc(offset), content])
    const first = Math.ceil((offset * 8) / 6)
    const last = Math.floor((shifted.length * 8) / 6)
    forms.push(shifted.toString('base64').slice(first, last))
  }
  // programs break it into lines of 76 or 64 characters
  for (const width of [76, 64]) for (let at = 0; at < whole.length; at += width) forms.push(whole.slice(at, at + width))
  for (const form of forms) {
    if (form.length < shortestBase64 && form !== forms[0]) continue
    yield form
    yield form.replaceAll('+', '-').replaceAll('/', '_')
  }
}

function* hexes(content: Buffer): Iterable<string> {
  const hex = content.toString('hex')
  yield hex
  yield hex.toUpperCase()
}

/** For XML and HTML, and in single quotes of YAML. */
function* markups(text: string): Iterable<string> {
  const xml = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  yield xml
  yield xml.replaceAll('"', '&quot;').replaceAll("'", '&#39;')
  yield xml.replaceAll('"', '&#34;').replaceAll("'", '&#x27;')
  yield text.replaceAll("'", "''")
}

/** What programs write where they do not write the bytes themselves. */
export const formsOfBytes = (content: Buffer): ReadonlySet<string> => new Set([...base64s(content), ...hexes(content)])

export const formsOf = (text: string): ReadonlySet<string> =>
  new Set([
    text,
    ...jsons(text),
    ...pythons(text),
    ...shells(text),
    ...urls(text),
    ...markups(text),
    ...formsOfBytes(bytes(text)),
  ])

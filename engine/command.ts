import { Failure } from './failure.ts'

/**
 * Commands are values: a command is shell text whose interpolated parts are always quoted, and which
 * knows which of its parts must not be shown.
 */
export class Secret {
  readonly #value: string
  constructor(value: string) {
    this.#value = value
  }
  /** The protected text, for the one place that needs it. */
  reveal(): string {
    return this.#value
  }
  toString(): string {
    return '***'
  }
  toJSON(): string {
    return '***'
  }
}

/** Marks a text as secret: it is quoted into commands as it is, and shown as `***` everywhere else. */
export const secret = (value: string): Secret => new Secret(value)

export class Command {
  /** The text that a POSIX shell runs. */
  readonly text: string
  /** The same text with every secret part as `***`: for logs, diffs, errors and reports. */
  readonly shown: string
  constructor(text: string, shown: string = text) {
    this.text = text
    this.shown = shown
  }
  toString(): string {
    return this.shown
  }
}

type Part = string | number | Secret | Command | readonly (string | number | Secret)[]

/** Quotes one word for a POSIX shell. Throws a Failure on NUL, which no shell word can hold. */
export const quote = (word: string): string => {
  if (word.includes('\0')) {
    throw new Failure('module.parameter', 'no argument and no path can hold a NUL character')
  }
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/**
 * Builds a command. Every interpolated string or number becomes one quoted word, an array becomes
 * several words, a Command is inserted as it is:
 *
 *     sh`systemctl ${action} ${name}`
 */
export const sh = (strings: TemplateStringsArray, ...parts: Part[]): Command => {
  let text = strings[0] ?? ''
  let shown = text
  parts.forEach((part, index) => {
    if (part instanceof Command) {
      text += part.text
      shown += part.shown
    } else {
      const words = Array.isArray(part) ? part : [part]
      text += words.map((word) => quote(word instanceof Secret ? word.reveal() : String(word))).join(' ')
      shown += words.map((word) => (word instanceof Secret ? '***' : quote(String(word)))).join(' ')
    }
    const rest = strings[index + 1] ?? ''
    text += rest
    shown += rest
  })
  return new Command(text, shown)
}

/** A command from text that a user wrote as shell (`shell:` tasks): taken as it is. */
export const verbatim = (text: string): Command => new Command(text)

/** Several commands, one after the other; stops at the first that fails. */
export const sequence = (...commands: readonly Command[]): Command =>
  new Command(commands.map((c) => c.text).join(' && '), commands.map((c) => c.shown).join(' && '))

/** Colours of a terminal; without one every style is the text itself. */
export type Style = {
  readonly ok: (text: string) => string
  readonly changed: (text: string) => string
  readonly failed: (text: string) => string
  readonly skipped: (text: string) => string
  readonly strong: (text: string) => string
  readonly warning: (text: string) => string
  /** What later versions do not have. */
  readonly deprecation: (text: string) => string
  /** What is told besides: retries, task paths. */
  readonly note: (text: string) => string
  readonly diffAdded: (text: string) => string
  readonly diffRemoved: (text: string) => string
  /** The `@@` lines of a diff. */
  readonly diffPlace: (text: string) => string
}

const plain = (text: string): string => text
/** Each line on its own: pagers and logs cut texts at their lines. */
const coded = (code: string) => (text: string) =>
  text
    .split('\n')
    .map((line) => `\x1b[${code}m${line}\x1b[0m`)
    .join('\n')

export const styleFor = (hasColour: boolean): Style =>
  hasColour
    ? {
        ok: coded('0;32'),
        changed: coded('0;33'),
        failed: coded('0;31'),
        skipped: coded('0;36'),
        strong: coded('1'),
        warning: coded('1;35'),
        deprecation: coded('0;35'),
        note: coded('1;30'),
        diffAdded: coded('0;32'),
        diffRemoved: coded('0;31'),
        diffPlace: coded('0;36'),
      }
    : {
        ok: plain,
        changed: plain,
        failed: plain,
        skipped: plain,
        strong: plain,
        warning: plain,
        deprecation: plain,
        note: plain,
        diffAdded: plain,
        diffRemoved: plain,
        diffPlace: plain,
      }

/** Whether a stream shows colours: a terminal, and NO_COLOR not set (https://no-color.org). */
export const hasColours = (
  stream: { isTTY?: boolean | undefined },
  environment: Readonly<Record<string, string | undefined>>,
): boolean => {
  if (environment['NO_COLOR']) return false
  if (environment['FORCE_COLOR'] || environment['ANSIBLE_FORCE_COLOR']) return true
  return stream.isTTY === true && environment['TERM'] !== 'dumb'
}

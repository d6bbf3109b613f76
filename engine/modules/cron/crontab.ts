/** A job of a crontab, as a task wants it. */
export type Job = {
  /** Marks the job: the line before it says `#Ansible: NAME`, as Ansible marks jobs too. */
  readonly name: string
  readonly line: string
}

const marker = (name: string): string => `#Ansible: ${name}`

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))
const joined = (lines: readonly string[]): string => (lines.length === 0 ? '' : `${lines.join('\n')}\n`)

/** The names of all marked jobs. */
export const jobNames = (text: string): string[] =>
  linesOf(text).flatMap((line) => /^#Ansible: (.*)$/.exec(line)?.[1] ?? [])

/** The crontab without the job of a name. */
export const withoutJob = (text: string, name: string): string => {
  const lines = linesOf(text)
  return joined(lines.filter((line, at) => line !== marker(name) && lines[at - 1] !== marker(name)))
}

/** The crontab with the job in its former place, else at the end. */
export const withJob = (text: string, { name, line }: Job): string => {
  const lines = linesOf(text)
  const at = lines.indexOf(marker(name))
  if (at < 0) return joined([...lines, marker(name), line])
  const rest = linesOf(withoutJob(joined(lines.slice(at)), name))
  return joined([...lines.slice(0, at), marker(name), line, ...rest])
}

const variable = (line: string): string | undefined => /^\s*([A-Za-z_][A-Za-z0-9_]*)\s*=/.exec(line)?.[1]

/** The names of all variables. */
export const variableNames = (text: string): string[] => linesOf(text).flatMap((line) => variable(line) ?? [])

export const withoutVariable = (text: string, name: string): string =>
  joined(linesOf(text).filter((line) => variable(line) !== name))

/** Where a new variable goes: beside another one, else before everything. */
export type Beside = { readonly after?: string | undefined; readonly before?: string | undefined }

/** The crontab with the variable in its former place, else where it is told to go. Undefined when its neighbour is not there. */
export const withVariable = (
  text: string,
  name: string,
  value: string,
  { after, before }: Beside,
): string | undefined => {
  const lines = linesOf(text)
  const line = `${name}="${value}"`
  const at = lines.findIndex((one) => variable(one) === name)
  if (at >= 0) return joined(lines.toSpliced(at, 1, line))
  const neighbour = after ?? before
  if (neighbour === undefined) return joined([line, ...lines])
  const beside = lines.findIndex((one) => variable(one) === neighbour)
  return beside < 0 ? undefined : joined(lines.toSpliced(after === undefined ? beside : beside + 1, 0, line))
}

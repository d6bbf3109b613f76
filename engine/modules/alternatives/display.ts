export type Subcommand = { readonly name: string; readonly path: string; readonly link: string }

export type Alternative = { readonly priority: number; readonly subcommands: readonly Subcommand[] }

/** A group of alternatives: what update-alternatives knows of it. */
export type Group = {
  readonly mode: string
  readonly selected: string | undefined
  readonly link: string | undefined
  readonly alternatives: ReadonlyMap<string, Alternative>
}

/** Reads `update-alternatives --display NAME`, as Debian's and as chkconfig's program print it in the locale C. */
export const parseDisplay = (text: string): Group => {
  const links = new Map(
    [...text.matchAll(/^\s*(?:slave|follower) (\S+) is (.*)$/gm)].map(([, name = '', link = '']) => [name, link]),
  )
  const alternatives = new Map<string, Alternative>()
  let current: string | undefined
  for (const line of text.split('\n')) {
    const [, path, priority] = /^(\/.*) - (?:family \S+ )?priority (-?\d+)/.exec(line) ?? []
    if (path !== undefined) {
      current = path
      alternatives.set(path, { priority: Number(priority), subcommands: [] })
      continue
    }
    const [, name, target] = /^\s+(?:slave|follower) (\S+): (.*)$/.exec(line) ?? []
    const last = current === undefined ? undefined : alternatives.get(current)
    if (name === undefined || target === undefined || target === '(null)' || current === undefined || !last) continue
    const subcommand = { name, path: target, link: links.get(name) ?? '' }
    alternatives.set(current, { ...last, subcommands: [...last.subcommands, subcommand] })
  }
  return {
    mode: / - (?:status is )?(\w+)(?: mode|\.)$/m.exec(text)?.[1] ?? 'auto',
    selected: /^\s*link currently points to (.*)$/m.exec(text)?.[1],
    link: /^\s*link \S+ is (.*)$/m.exec(text)?.[1],
    alternatives,
  }
}

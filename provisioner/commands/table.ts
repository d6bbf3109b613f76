import type { Style } from '../../engine/report/style.ts'

/** A cell: its text and, where there are colours, how it is shown. */
export type Cell = string | { readonly text: string; readonly as: (text: string) => string }

const textOf = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.text)

/** Lines of a table with aligned columns; numbers stand right. */
export const table = (head: readonly string[], rows: readonly (readonly Cell[])[], style: Style): string[] => {
  const widths = head.map((title, index) =>
    Math.max(title.length, ...rows.map((row) => textOf(row[index] ?? '').length)),
  )
  const isNumeric = head.map(
    (_, index) => rows.length > 0 && rows.every((row) => /^[\d.]*$/.test(textOf(row[index] ?? ''))),
  )
  const line = (cells: readonly Cell[]): string =>
    cells
      .map((cell, index) => {
        const text = textOf(cell)
        const space = ' '.repeat(Math.max(0, (widths[index] ?? 0) - text.length))
        const shown = typeof cell === 'string' ? text : cell.as(text)
        return isNumeric[index] ? space + shown : shown + space
      })
      .join('  ')
      .trimEnd()
  return [line(head.map((title) => ({ text: title, as: style.strong }))), ...rows.map(line)]
}

/** `1.5 MiB` */
export const bytes = (count: number): string => {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = count
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}

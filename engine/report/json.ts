import { Float } from '../vars/value.ts'

/** A result as the human report shows it: keys sorted, `, ` and `: ` between, as Python's json.dumps writes it. */
export const pythonJson = (value: unknown, indent?: number, depth = 0): string => {
  const open = (items: string[], left: string, right: string): string => {
    if (items.length === 0) return left + right
    if (indent === undefined) return `${left}${items.join(', ')}${right}`
    const pad = ' '.repeat(indent * (depth + 1))
    return `${left}\n${pad}${items.join(`,\n${pad}`)}\n${' '.repeat(indent * depth)}${right}`
  }
  if (value === null || value === undefined) return 'null'
  if (value instanceof Float) return value.value.toFixed(1)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
  }
  if (Array.isArray(value))
    return open(
      value.map((item) => pythonJson(item, indent, depth + 1)),
      '[',
      ']',
    )
  if (typeof value === 'object') {
    const entries = (
      value instanceof Map ? [...value].map(([key, item]) => [String(key), item] as const) : Object.entries(value)
    )
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    return open(
      entries.map(([key, item]) => `${JSON.stringify(key)}: ${pythonJson(item, indent, depth + 1)}`),
      '{',
      '}',
    )
  }
  return JSON.stringify(value)
}

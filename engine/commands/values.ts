import { InvalidArgumentError } from 'commander'

/** Readers of what options are given. */
export const collect = (value: string, former: readonly string[]): string[] => [...former, value]

export const words = (value: string, former: readonly string[]): string[] => [
  ...former,
  ...value
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== ''),
]

/** A number of at least one: anything else would mean hosts that nobody visits. */
export const count = (value: string): number => {
  if (/^[1-9]\d*$/.test(value)) return Number(value)
  throw new InvalidArgumentError('Write a whole number, 1 or more.')
}

export const more = (_: string, former: number): number => former + 1

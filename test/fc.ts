import fc from 'fast-check'

/**
 * fast-check as the tests use it: the same inputs in each run, so that a red run is red again; other inputs with `SEED=…` in
 * the environment.
 */
fc.configureGlobal({ seed: Number(process.env['SEED'] ?? 20_260), includeErrorInReport: true })

/** How many inputs a property is tried with: few in the fast tests, `TIMES` in the environment as many in `npm run fuzz`. */
export const tries = (few: number): number => few * Number(process.env['TIMES'] ?? 1)

export { fc }

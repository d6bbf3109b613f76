import fc from 'fast-check'

/**
 * fast-check as the tests use it: the same inputs in each run, so that a red run is red again; other inputs with `SEED=…` in
 * the environment. `npm run fuzz` takes many more.
 */
fc.configureGlobal({ seed: Number(process.env['SEED'] ?? 20_260), includeErrorInReport: true })

export { fc }

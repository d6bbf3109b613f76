import { sefcontext } from '../../../engine/modules/sefcontext/sefcontext.ts'
import { type RootCase, runRootCases } from './rootcases.ts'
import cases from './sefcontext.json' with { type: 'json' }

runRootCases(sefcontext, cases as RootCase[])

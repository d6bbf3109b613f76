import { seboolean } from '../../../engine/modules/seboolean/seboolean.ts'
import { type RootCase, runRootCases } from './rootcases.ts'
import cases from './seboolean.json' with { type: 'json' }

runRootCases(seboolean, cases as RootCase[])

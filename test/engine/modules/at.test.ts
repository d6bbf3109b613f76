import { at } from '../../../engine/modules/at/at.ts'
import cases from './at.json' with { type: 'json' }
import { type RootCase, runRootCases } from './rootcases.ts'

runRootCases(at, cases as RootCase[])

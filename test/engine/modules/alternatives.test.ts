import { alternatives } from '../../../engine/modules/alternatives/alternatives.ts'
import cases from './alternatives.json' with { type: 'json' }
import { type RootCase, runRootCases } from './rootcases.ts'

runRootCases(alternatives, cases as RootCase[])

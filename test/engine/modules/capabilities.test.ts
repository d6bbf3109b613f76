import { capabilities } from '../../../engine/modules/capabilities/capabilities.ts'
import cases from './capabilities.json' with { type: 'json' }
import { type RootCase, runRootCases } from './rootcases.ts'

runRootCases(capabilities, cases as RootCase[])

import { debconf } from '../../../engine/modules/debconf/debconf.ts'
import cases from './debconf.json' with { type: 'json' }
import { type RootCase, runRootCases } from './rootcases.ts'

runRootCases(debconf, cases as RootCase[])

import { sysctl } from '../../../engine/modules/sysctl/sysctl.ts'
import { type RootCase, runRootCases } from './rootcases.ts'
import cases from './sysctl.json' with { type: 'json' }

runRootCases(sysctl, cases as RootCase[])

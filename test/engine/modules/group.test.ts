import { group } from '../../../engine/modules/group/group.ts'
import cases from './group.json' with { type: 'json' }
import { type RootCase, runRootCases } from './rootcases.ts'

runRootCases(group, cases as RootCase[])

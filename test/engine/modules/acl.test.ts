import { acl } from '../../../engine/modules/acl/acl.ts'
import cases from './acl.json' with { type: 'json' }
import { type RootCase, runRootCases } from './rootcases.ts'

runRootCases(acl, cases as RootCase[])

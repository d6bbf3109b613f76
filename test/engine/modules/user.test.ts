import { user } from '../../../engine/modules/user/user.ts'
import { type RootCase, runRootCases } from './rootcases.ts'
import cases from './user.json' with { type: 'json' }

runRootCases(user, cases as RootCase[])

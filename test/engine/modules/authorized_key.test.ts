import { authorized_key } from '../../../engine/modules/authorized_key/authorized_key.ts'
import cases from './authorized_key.json' with { type: 'json' }
import { type RootCase, runRootCases } from './rootcases.ts'

runRootCases(authorized_key, cases as RootCase[])

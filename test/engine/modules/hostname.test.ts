import { hostname } from '../../../engine/modules/hostname/hostname.ts'
import cases from './hostname.json' with { type: 'json' }
import { type RootCase, runRootCases } from './rootcases.ts'

runRootCases(hostname, cases as RootCase[])

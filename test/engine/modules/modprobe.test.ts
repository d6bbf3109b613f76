import { modprobe } from '../../../engine/modules/modprobe/modprobe.ts'
import cases from './modprobe.json' with { type: 'json' }
import { type RootCase, runRootCases } from './rootcases.ts'

runRootCases(modprobe, cases as RootCase[])

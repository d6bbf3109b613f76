import { modprobe } from '../../../engine/modules/modprobe/modprobe.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(modprobe, await rootSuite('modprobe'))

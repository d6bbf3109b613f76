import { selinux } from '../../../engine/modules/selinux/selinux.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(selinux, await rootSuite('selinux'))

import { firewalld } from '../../../engine/modules/firewalld/firewalld.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(firewalld, await rootSuite('firewalld'))

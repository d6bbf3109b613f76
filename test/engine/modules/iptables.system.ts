import { iptables } from '../../../engine/modules/iptables/iptables.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(iptables, await rootSuite('iptables'))

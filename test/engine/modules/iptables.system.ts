import { iptables } from '../../../engine/modules/iptables/iptables.ts'
import { casesOf } from './cases.ts'
import { type RootCase, runRootCases } from './rootcases.ts'

runRootCases(iptables, casesOf('iptables') as readonly RootCase[], { hasNetwork: true })

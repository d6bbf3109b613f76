import { nftables } from '../../../engine/modules/nftables/nftables.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(nftables, await rootSuite('nftables'))

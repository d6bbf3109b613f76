import { nftables } from '../../../engine/modules/nftables/nftables.ts'
import { casesOf } from './cases.ts'
import { type RootCase, runRootCases } from './rootcases.ts'

runRootCases(nftables, casesOf('nftables') as readonly RootCase[], { hasNetwork: true })

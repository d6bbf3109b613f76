import { dpkg_selections } from '../../../engine/modules/dpkg_selections/dpkg_selections.ts'
import cases from './dpkg_selections.json' with { type: 'json' }
import { type RootCase, runRootCases } from './rootcases.ts'

runRootCases(dpkg_selections, cases as RootCase[])

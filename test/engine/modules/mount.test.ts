import { mount } from '../../../engine/modules/mount/mount.ts'
import cases from './mount.json' with { type: 'json' }
import { type RootCase, runRootCases } from './rootcases.ts'

runRootCases(mount, cases as RootCase[])

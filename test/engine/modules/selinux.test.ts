import { selinux } from '../../../engine/modules/selinux/selinux.ts'
import { type RootCase, runRootCases } from './rootcases.ts'
import cases from './selinux.json' with { type: 'json' }

runRootCases(selinux, cases as RootCase[])

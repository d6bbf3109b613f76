import { known_hosts } from '../../../engine/modules/known_hosts/known_hosts.ts'
import { runCases } from './cases.ts'

runCases(known_hosts)

import { htpasswd } from '../../../engine/modules/htpasswd/htpasswd.ts'
import { runCases } from './cases.ts'

runCases(htpasswd)

import { openssl_dhparam } from '../../../engine/modules/openssl_dhparam/openssl_dhparam.ts'
import { runCases } from './cases.ts'

runCases(openssl_dhparam)

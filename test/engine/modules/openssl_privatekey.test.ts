import { openssl_privatekey } from '../../../engine/modules/openssl_privatekey/openssl_privatekey.ts'
import { runCases } from './cases.ts'

runCases(openssl_privatekey)

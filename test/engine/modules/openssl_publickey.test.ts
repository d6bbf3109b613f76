import { openssl_publickey } from '../../../engine/modules/openssl_publickey/openssl_publickey.ts'
import { runCases } from './cases.ts'

runCases(openssl_publickey)

import { openssl_csr } from '../../../engine/modules/openssl_csr/openssl_csr.ts'
import { runCases } from './cases.ts'

runCases(openssl_csr)

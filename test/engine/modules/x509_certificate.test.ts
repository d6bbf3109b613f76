import { x509_certificate } from '../../../engine/modules/x509_certificate/x509_certificate.ts'
import { runCases } from './cases.ts'

runCases(x509_certificate)

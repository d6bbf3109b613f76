import { createHash } from 'node:crypto'
import { bcrypt } from '../../vars/crypt/bcrypt.ts'
import { md5Crypt } from '../../vars/crypt/md5.ts'
import { passwordHash, randomSalt } from '../../vars/crypt/passwordhash.ts'
import { shaCrypt } from '../../vars/crypt/sha.ts'

const sha1 = (password: string): string => `{SHA}${createHash('sha1').update(password).digest('base64')}`

/** A new hash of a password by a scheme, in passlib's names. */
export const newHash = (password: string, scheme: string): string => {
  if (scheme === 'apr_md5_crypt') return md5Crypt(password, randomSalt(8), '$apr1$')
  if (scheme === 'ldap_sha1') return sha1(password)
  if (scheme === 'plaintext') return password
  // Web servers know bcrypt by this ident alone.
  return passwordHash(password, scheme, scheme === 'bcrypt' ? { ident: '2y' } : {})
}

/** Whether a stored hash is that of the password; one of a kind that we cannot compute is not. */
export const isHashOf = (password: string, stored: string): boolean => {
  if (stored.startsWith('{SHA}')) return stored === sha1(password)
  const [, md5, md5Salt = ''] = /^\$(1|apr1)\$([^$]{0,8})\$/.exec(stored) ?? []
  if (md5 !== undefined) return stored === md5Crypt(password, md5Salt, md5 === '1' ? '$1$' : '$apr1$')
  const [, sha, rounds = '5000', shaSalt = ''] = /^\$([56])\$(?:rounds=(\d+)\$)?([^$]{0,16})\$/.exec(stored) ?? []
  if (sha !== undefined) {
    const hash = shaCrypt(sha === '5' ? 'sha256' : 'sha512', password, shaSalt, Number(rounds))
    return stored.split('$').at(-1) === hash.split('$').at(-1)
  }
  const [, ident, cost = '', bcryptSalt = ''] = /^\$(2[aby])\$(\d\d)\$([./0-9A-Za-z]{22})/.exec(stored) ?? []
  if (ident !== undefined) return Number(cost) <= 16 && stored === bcrypt(password, bcryptSalt, Number(cost), ident)
  return stored === password
}

import * as assert from 'uvu/assert'
import { passwordHash } from '../../../engine/vars/crypt/passwordhash.ts'
import { suite } from '../../suite.ts'
import golden from './crypt.json' with { type: 'json' }

// A password, the setting that crypt(3) was called with, and what Debian's libcrypt made of them.
const test = suite('password hashes')

const schemes: Readonly<Record<string, string>> = { 1: 'md5', 5: 'sha256_crypt', 6: 'sha512' }

for (const [password, setting, expected] of golden as [string, string, string][]) {
  test(`${setting} of ${JSON.stringify(password)}`, () => {
    const [, ident = '', ...rest] = setting.split('$')
    const salt = rest.at(-1)
    const hash = ident.startsWith('2')
      ? passwordHash(password, 'bcrypt', { salt, rounds: Number(rest[0]), ident })
      : passwordHash(password, schemes[ident] ?? '', {
          salt,
          rounds: rest.length > 1 ? Number(rest[0]?.slice(7)) : 5000,
        })
    assert.is(hash, expected)
  })
}

test('a hash has a salt of its own and as many rounds as the scheme has', () => {
  assert.match(passwordHash('pw', 'md5'), /^\$1\$[./0-9A-Za-z]{8}\$/)
  assert.match(passwordHash('pw', 'sha256', { saltSize: 4, rounds: 1000 }), /^\$5\$rounds=1000\$[./0-9A-Za-z]{4}\$/)
  assert.match(passwordHash('pw', 'sha512'), /^\$6\$rounds=656000\$[./0-9A-Za-z]{16}\$/)
  assert.match(passwordHash('pw', 'blowfish', { rounds: 4 }), /^\$2b\$04\$[./0-9A-Za-z]{53}$/)
  assert.is.not(passwordHash('pw', 'md5'), passwordHash('pw', 'md5'))
})

test('what crypt does not take is refused', () => {
  assert.throws(() => passwordHash('pw', 'rot13'), /'rot13' is not available/)
  assert.throws(() => passwordHash('pw', 'sha512', { salt: 'a$b' }), /salt is not valid/)
  assert.throws(() => passwordHash('pw', 'md5', { salt: 'ninechars' }), /salt is not valid/)
  assert.throws(() => passwordHash('pw', 'bcrypt', { salt: 'short' }), /salt is not valid/)
  assert.throws(() => passwordHash('pw', 'bcrypt', { rounds: 3 }), /rounds from 4 to 31/)
  assert.throws(() => passwordHash('pw', 'bcrypt', { rounds: 4, ident: '2x' }), /no ident '2x'/)
  assert.throws(() => passwordHash('p\0w', 'md5'), /NUL/)
})

test.run()

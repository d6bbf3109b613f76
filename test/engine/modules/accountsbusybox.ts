import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tool } from '../../../engine/process.ts'
import { kept } from '../../kept.ts'

/** What it is built of, beyond nothing at all: the programs that change accounts, as Alpine's has them. */
const options = [
  ...['STATIC=y', 'LONG_OPTS=y', 'SHOW_USAGE=y', 'ADDUSER=y', 'ADDGROUP=y', 'DELUSER=y', 'DELGROUP=y', 'PASSWD=y'],
  ...['CHPASSWD=y', 'FEATURE_SHADOWPASSWDS=y', 'FEATURE_ADDUSER_TO_GROUP=y', 'FEATURE_DEL_USER_FROM_GROUP=y'],
  ...['FEATURE_CHECK_NAMES=y', 'USE_BB_CRYPT=y', 'USE_BB_CRYPT_SHA=y'],
  ...['LAST_ID=60000', 'FIRST_SYSTEM_ID=100', 'LAST_SYSTEM_ID=999', 'FEATURE_DEFAULT_PASSWD_ALGO="sha256"'],
]

const build = `set -e
cd "$1"
mkdir -p lists/partial cache/archives/partial
apt() {
  apt-get -qq -o Dir::Etc::SourceList="$1/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$1/lists" \\
    -o Dir::Cache="$1/cache" -o APT::Sandbox::User=root "$2" $3 $4
}
apt "$1" update
apt "$1" source --download-only busybox
mkdir source
tar -xf busybox_*.orig.tar.* -C source --strip-components 1
cd source
make -s allnoconfig
{ grep -vE "CONFIG_($2)[= ]" .config; cat ../options; } >wanted
mv wanted .config
yes '' | make -s oldconfig
make -s -j2`

/**
 * A busybox with adduser, addgroup, deluser, delgroup, passwd and chpasswd, which Debian leaves out of its own, built of Debian's
 * source and kept in dist/. Needs a C compiler.
 */
export const accountsBusybox = async (): Promise<string> => {
  const policy = await tool('apt-cache', ['policy', 'busybox-static'])
  const version = /Candidate: \S*?([\d.]+)-/.exec(policy)?.[1]
  const place = / (https?:\S+) ([^/\s]+)\/main /.exec(policy)
  if (version === undefined || place === null) throw new Error(`apt knows no source of busybox:\n${policy}`)
  const file = join(import.meta.dirname, '../../../dist', `.busybox-accounts-${version}`)
  return kept(file, async (work) => {
    await writeFile(join(work, 'sources.list'), `deb-src ${place[1]} ${place[2]} main\n`)
    await writeFile(join(work, 'options'), options.map((option) => `CONFIG_${option}\n`).join(''))
    const names = options.map((option) => option.split('=')[0]).join('|')
    await tool('sh', ['-c', build, 'sh', work, names])
    return join(work, 'source/busybox')
  })
}

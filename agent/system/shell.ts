import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'

const day = 24 * 3600 * 1000

/**
 * Lets whoever knows the password log in on the console of the initramfs, by its crypt hash. dracut's own /etc/passwd has no
 * password at all; where root's stands in there, it moves to /etc/shadow.
 */
export const setRootPassword = async (hash: string, etc = '/etc'): Promise<void> => {
  await mkdir(etc, { recursive: true })
  const passwd = await readFile(`${etc}/passwd`, 'utf8').catch(() => '')
  const others = passwd.split('\n').filter((line) => line !== '' && !line.startsWith('root:'))
  const root = passwd.split('\n').find((line) => line.startsWith('root:'))
  const fields = root?.split(':').slice(2).join(':') ?? '0:0::/root:/bin/sh'
  await writeFile(`${etc}/passwd`, `${[`root:x:${fields}`, ...others].join('\n')}\n`)
  await writeFile(`${etc}/shadow`, `root:${hash}:${Math.floor(Date.now() / day)}::::::\n`, { mode: 0o600 })
  await chmod(`${etc}/shadow`, 0o600)
}

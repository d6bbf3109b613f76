import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Bytes of the files of the benchmark's tree: those of a usual compute image. */
const treeBytes = 1.4 * 1024 ** 3

/** The first paths of this system's own /usr, in the order of their names, until their files have so many bytes. */
const choosePaths = (bytes: number): readonly string[] => {
  const format = ['-printf', '%p\\t%s\\t%y\\n']
  const found = execFileSync('find', ['/usr/bin', '/usr/lib', '/usr/share', '-xdev', ...format], {
    encoding: 'utf8',
    maxBuffer: 1024 ** 3,
  })
  const paths: string[] = []
  let left = bytes
  for (const line of found.trimEnd().split('\n').sort()) {
    const [path = '', size, type] = line.split('\t')
    if (type === 'f') left -= Number(size)
    if (left < 0) break
    paths.push(path)
  }
  return paths
}

export type BenchTree = {
  readonly files: number
  readonly bytes: number
  /** As the provisioner publishes it. */
  readonly squashfs: string
  /** As Warewulf sends it. */
  readonly cpio: string
}

/** The tree in both formats; kept below /var/tmp, as packing it takes minutes. */
export const benchTree = (): BenchTree => {
  const paths = choosePaths(treeBytes)
  const list = `${paths.join('\n')}\n`
  const key = createHash('sha256').update(list).digest('hex').slice(0, 16)
  const place = `/var/tmp/prelude-bench/${key}`
  const tree = {
    files: paths.length,
    bytes: treeBytes,
    squashfs: join(place, 'squashfs'),
    cpio: join(place, 'cpio.gz'),
  }
  if (existsSync(place)) return tree
  mkdirSync('/var/tmp/prelude-bench', { recursive: true })
  const work = mkdtempSync('/var/tmp/prelude-bench/new-')
  try {
    const names = join(work, 'names')
    writeFileSync(names, list.replace(/^\//gm, ''))
    const pack = (script: string) =>
      execFileSync('sh', ['-c', script, 'sh', names, work], { cwd: '/', stdio: 'inherit' })
    pack(
      'tar -c --no-recursion -T "$1" | mksquashfs - "$2/squashfs" -tar -comp zstd -Xcompression-level 3 -quiet -no-progress',
    )
    pack('cpio -o -H newc --quiet < "$1" | gzip -6 > "$2/cpio.gz"')
    renameSync(work, place)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  return tree
}

import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { execute, tool } from '../../engine/process.ts'
import { suite } from '../suite.ts'

const test = suite('agent dracut hooks')

const dracut = join(import.meta.dirname, '../../agent/dracut')
const scripts = globSync('**/*.sh', { cwd: dracut }).sort()

const code = (text: string): string => text.replace(/(^|\s)#.*$/gm, '').replace(/'[^']*'|"[^"]*"/g, '""')

test('there are modules with hooks', () => {
  for (const module of ['50prelude', '91preboot', '92mkdisk'])
    assert.ok(scripts.includes(`${module}/module-setup.sh`), module)
})

for (const script of scripts) {
  const text = readFileSync(join(dracut, script), 'utf8')
  test(`${script} is shell`, async () => {
    const shell = text.startsWith('#!/bin/bash') ? 'bash' : 'dash'
    const { code, stderr } = await execute(shell, ['-n', join(dracut, script)])
    assert.is(code, 0, stderr)
  })
  // hooks are sourced: exit ends all later hooks; die stops the node for ever; exported variables reach a world-readable file
  test(`${script} never exits, dies or exports`, () => {
    const words = code(text).match(/\b(?:exit|die|export|halt|poweroff)\b/g)
    assert.is(words, null)
  })
}

for (const program of ['boot-node', 'end-boot', 'guard', 'ready-agent', 'restart-node']) {
  test(`${program} is shell, and never stops the node for ever`, async () => {
    const file = join(dracut, '50prelude', program)
    const { code: ended, stderr } = await execute('dash', ['-n', file])
    assert.is(ended, 0, stderr)
    assert.is(code(readFileSync(file, 'utf8')).match(/\b(?:die|export|halt|poweroff)\b/g), null)
    assert.match(readFileSync(join(dracut, '50prelude/module-setup.sh'), 'utf8'), new RegExp(`\\b${program}\\b`))
  })
}

test('no hook names the place where dracut keeps hooks: it has moved', () => {
  for (const script of scripts) assert.not.match(readFileSync(join(dracut, script), 'utf8'), /dracut\/hooks/)
})

/** dracut's functions, as far as modules call them, with hooks in a layout; what they install comes from nowhere else. */
const dracutWith = (layout: string) => `set -u
initdir=$1 moddir=$2 systemdsystemunitdir=/usr/lib/systemd/system dracutsysrootdir=
put() { mkdir -p "$initdir$(dirname "$2")"; if [ -e "$1" ]; then cp "$1" "$initdir$2"; else : > "$initdir$2"; fi; }
inst_hook() { put "$3" "${layout}/$1/$2-\${3##*/}"; }
inst_simple() { put "$1" "\${2-$1}"; }
inst_multiple() { :; }
inst_libdir_file() { :; }
dracut_module_included() { [ "$1" = systemd ]; }
. "$moddir/module-setup.sh"
install`

for (const layout of ['/lib/dracut/hooks', '/var/lib/dracut/hooks']) {
  test(`hooks go where dracut keeps them: ${layout}`, async () => {
    const root = mkdtempSync(join(tmpdir(), 'prelude-hooks-'))
    try {
      for (const module of ['50prelude', '91preboot', '92mkdisk'])
        await tool('bash', ['-c', dracutWith(layout), 'bash', root, join(dracut, module)])
      assert.equal(
        globSync('**/dracut/hooks/*/*', { cwd: root }).sort(),
        [
          ...['cmdline/30-parse-prelude.sh', 'emergency/99-prelude-stopped.sh', 'pre-mount/30-prelude-root.sh'],
          ...['pre-pivot/91-preboot.sh', 'pre-pivot/92-mkdisk.sh', 'shutdown-emergency/99-prelude-stopped.sh'],
        ].map((file) => `${layout.slice(1)}/${file}`),
      )
      // systemd's unit of the hook point has the same name in both
      assert.ok(existsSync(join(root, 'usr/lib/systemd/system/dracut-pre-mount.service.d/50-prelude.conf')))
    } finally {
      rmSync(root, { recursive: true })
    }
  })
}

test('a node without a watchdog of its own gets the one of the kernel, which its initramfs has', () => {
  const read = (file: string) => readFileSync(join(dracut, '50prelude', file), 'utf8')
  const program = read('ready-agent')
  const order = ['modprobe softdog', 'echo > /dev/watchdog'].map((words) => program.indexOf(words))
  assert.ok(order[0]! > 0 && order[0]! < order[1]!, 'it is there before it is armed')
  assert.match(read('needs'), /^module .*\bsoftdog\b/m)
  assert.match(read('module-setup.sh'), /instmods .*\$\(needed module\)/)
  assert.match(read('boot-node'), /ready-agent\n\([^)]*exec \$agent boot/, 'before the agent looks for it')
  assert.match(read('end-boot'), /ready-agent\n[^\n]*prelude-agent "\$@"/)
})

for (const script of scripts.filter((name) => name.endsWith('module-setup.sh'))) {
  test(`${script} is included only when asked for`, async () => {
    const { code } = await execute('bash', ['-c', '. "$1"; check', 'sh', join(dracut, script)])
    assert.is(code, 255)
  })
}

test.run()

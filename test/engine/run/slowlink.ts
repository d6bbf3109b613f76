import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import type { Suite } from '../../suite.ts'
import { site } from '../commands/play.ts'
import type { GuestRoot } from '../modules/guestroot.ts'

// What arrives is sent through another device, as only what leaves can be shaped.
const prepare = `mkdir -p /run/link
  modprobe -a sch_netem ifb act_mirred cls_matchall sch_ingress
  ip link show ifb0 >/dev/null 2>&1 || ip link add ifb0 type ifb
  ip link set ifb0 up
  tc qdisc add dev eth0 ingress
  tc filter add dev eth0 ingress matchall action mirred egress redirect dev ifb0`

/** Makes the guest's card slow or lossy, in both directions. */
const shaped = (options: string): string =>
  `${prepare}; for device in eth0 ifb0; do tc qdisc add dev $device root netem ${options}; done`

const undone = 'tc qdisc del dev eth0 root; tc qdisc del dev ifb0 root; tc qdisc del dev eth0 ingress'

const tasks = `- hosts: all
  gather_facts: false
  tasks:
    - copy: {content: "{{ 'text\\n' * 20000 }}", dest: /run/link/text}
    - lineinfile: {path: /run/link/lines, line: one, create: true}
    - command: seq 20000
      changed_when: false
      register: counted
    - find: {paths: /run/link, get_checksum: true}
      register: found
    - assert:
        that:
          - counted.stdout_lines | map('int') | sum == 200010000
          - found.files | map(attribute='size') | sort == [4, 100000]
`

const cut = `- hosts: all
  gather_facts: false
  strategy: free
  tasks:
    - copy: {src: large, dest: /run/link/large}
      when: inventory_hostname == 'hasty'
    - shell: cd /run/link && touch waits && until [ -e again ]; do sleep 0.2; done; echo waited
      register: late
      when: inventory_hostname == 'patient'
    - copy: {content: "{{ late.stdout | default('none') }}", dest: "/run/link/{{ inventory_hostname }}"}
`

/** A host's line of the recap, spaces apart. */
const recapOf = (output: string, host: string): string =>
  new RegExp(`^${host} .*`, 'm').exec(output)?.[0].replace(/\s+/g, ' ') ?? ''

/** Tests of what becomes of a play when the link to a host is slow, loses packets, or is cut. */
export const testSlowLink = (test: Suite, guest: () => GuestRoot): void => {
  test('a slow link that loses and reorders packets: the same results, and a second run changes nothing', async () => {
    await guest().run(shaped('delay 50ms 10ms loss 3% reorder 25% 50%'))
    const files = { hosts: `n1 ${guest().variables}\n`, 'site.yml': tasks }
    await site(files, async ({ play }) => {
      for (const changed of [2, 0]) {
        const { code, stdout, stderr } = await play('-i', 'hosts', 'site.yml')
        assert.is(code, 0, `${stdout}${stderr}`)
        assert.match(recapOf(stdout, 'n1'), `changed=${changed} unreachable=0 failed=0`)
      }
    })
    const lost = await guest().run(`tc -s qdisc show; ${undone}`)
    assert.match(lost, /dropped [1-9]/, 'packets were lost')
  }, 300_000)

  test('a link that is cut for 20 s: who waits longer goes on, who does not is told as lost, a second run converges', async () => {
    await guest().run(`${shaped('delay 20ms rate 10mbit')}; echo old >/run/link/large`)
    const files = {
      hosts: `patient ${guest().variables}
hasty ${guest().variables} ansible_ssh_common_args="-o ServerAliveInterval=3 -o ServerAliveCountMax=3"
`,
      'site.yml': cut,
      large: 'x'.repeat(16 * 2 ** 20),
    }
    await site(files, async ({ play }) => {
      const going = play('-i', 'hosts', 'site.yml')
      const early = going.then(({ stdout, stderr }) => assert.unreachable(`ended early: ${stdout}${stderr}`))
      const begun = `until [ -e waits ] && ls .large.* >/dev/null 2>&1; do sleep 0.1; done`
      await Promise.race([early, guest().run(`cd /run/link; ${begun}; (sleep 25; : >again) >/dev/null 2>&1 &`)])
      early.catch(() => {}) // from here on its end is wanted
      await guest().cable('pulled')
      await sleep(20_000)
      await guest().cable('plugged')
      const first = await going
      assert.is(first.code, 4, first.stdout)
      assert.match(recapOf(first.stdout, 'patient'), 'ok=2 changed=2 unreachable=0 failed=0')
      assert.match(recapOf(first.stdout, 'hasty'), 'ok=0 changed=0 unreachable=1')
      assert.match(
        first.stdout,
        /fatal: \[hasty\]: UNREACHABLE! => .*the shell on root@127\.0\.0\.1:\d+ ended: Keepalive timeout/,
      )
      const left = 'while ls .large.* >/dev/null 2>&1; do sleep 0.1; done'
      assert.is(await guest().run(`${undone}; cd /run/link; ${left}; cat large patient`), 'old\nwaited')
      const second = await play('-i', 'hosts', '-l', 'hasty', 'site.yml')
      assert.is(second.code, 0, second.stdout)
      assert.match(recapOf(second.stdout, 'hasty'), 'ok=2 changed=2')
      assert.is(await guest().run('stat -c %s /run/link/large'), `${16 * 2 ** 20}\n`)
    })
  }, 300_000)
}

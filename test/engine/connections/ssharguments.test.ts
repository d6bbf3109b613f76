import * as assert from 'uvu/assert'
import { readSshArguments } from '../../../engine/connections/ssharguments.ts'
import { Failure } from '../../../engine/failure.ts'
import { suite } from '../../suite.ts'

const tests = suite('connections/ssharguments')
const nothing = { identityFiles: [], identitiesOnly: false }

const cases: [string, object][] = [
  ['', {}],
  ['-o ControlMaster=auto -o ControlPersist=60s -C -4', {}],
  ['-p 2222 -l admin -i a -i b', { port: 2222, user: 'admin', identityFiles: ['a', 'b'] }],
  ['-p2222 -oUser=admin', { port: 2222, user: 'admin' }],
  ['-o Port=1 -p 2', { port: 1 }],
  ['-o "Port 7"', { port: 7 }],
  ["-o 'StrictHostKeyChecking = accept-new'", { strictHostKeyChecking: 'accept-new' }],
  ['-o stricthostkeychecking=ask', { strictHostKeyChecking: 'yes' }],
  ['-o UserKnownHostsFile="a b"', { userKnownHostsFiles: ['a', 'b'] }],
  ['-o ProxyCommand="ssh -W %h:%p -q bastion"', { proxyCommand: 'ssh -W %h:%p -q bastion' }],
  [`-o 'ProxyCommand="nc %h %p"'`, { proxyCommand: 'nc %h %p' }],
  ['-o ProxyCommand=none -J bastion', {}],
  ['-J admin@bastion:2222', { proxyCommand: "ssh -W '[%h]:%p' -p 2222 admin@bastion" }],
  ['-o ProxyJump=a,b', { proxyCommand: "ssh -W '[%h]:%p' -J a b" }],
  ['-o IdentitiesOnly=yes -o IdentityAgent=/s', { identitiesOnly: true, identityAgent: '/s' }],
  [
    '-o ConnectTimeout=5 -o ServerAliveInterval=7 -o ServerAliveCountMax=2',
    { connectTimeout: 5, serverAliveInterval: 7, serverAliveCountMax: 2 },
  ],
  ['-S /run/master', { controlPath: '/run/master' }],
  ['-o ControlPath=~/.ssh/%C', { controlPath: '~/.ssh/%C' }],
  ['-o HostKeyAlias=n01', { hostKeyAlias: 'n01' }],
]
for (const [text, expected] of cases) {
  tests(text || 'nothing', () => assert.equal(readSshArguments(text), { ...nothing, ...expected }))
}

const wrong: [string, string][] = [
  ['-o Port', '-o Port'],
  ['-o Port=x', "'x'"],
  ['-p', '-p'],
  ["-o 'open", 'quotation'],
  ['host', "'host'"],
  ['-o StrictHostKeyChecking=perhaps', "'perhaps'"],
]
for (const [text, message] of wrong) {
  tests(`refused: ${text}`, () => {
    assert.throws(
      () => readSshArguments(text),
      (thrown: unknown) => thrown instanceof Failure && thrown.message.includes(message),
    )
  })
}

tests.run()

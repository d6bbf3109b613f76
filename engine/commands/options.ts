import { type Command, Option } from 'commander'
import { collect, count, more, words } from './values.ts'

// Groups of options that several commands have, each with the type of what commander makes of them.

export type InventoryFlags = { inventory: string[]; inventoryFile?: string[]; limit?: string }

export const inventoryOptions = (command: Command): Command =>
  command
    .option(
      '-i, --inventory <source>',
      'inventory: a file, a directory, a script, or `host,`; may be repeated',
      collect,
      [],
    )
    .addOption(new Option('--inventory-file <source>', 'the same').argParser(collect).default([]).hideHelp())
    .option('-l, --limit <pattern>', 'act on these hosts only')

export type VaultFlags = {
  vaultPasswordFile: string[]
  vaultId: string[]
  askVaultPass?: boolean
  askVaultPassword?: boolean
}

export const vaultOptions = (command: Command): Command =>
  command
    .option(
      '--vault-pass-file, --vault-password-file <file>',
      'file with the vault password, or a script that prints it',
      collect,
      [],
    )
    .option('--vault-id <id@source>', 'vault id and its password: a file, a script, or `prompt`', collect, [])
    .option('-J, --ask-vault-pass', 'ask for the vault password')
    .addOption(new Option('--ask-vault-password', 'the same').hideHelp())

export type ConnectionFlags = {
  user?: string
  connection?: string
  privateKey?: string
  timeout?: number
  sshCommonArgs?: string
  sshExtraArgs?: string
  sftpExtraArgs?: string
  scpExtraArgs?: string
  askPass?: boolean
  connectionPasswordFile?: string
}

export const connectionOptions = (command: Command): Command =>
  command
    .option('-u, --user <user>', 'connect as this user')
    .option('-c, --connection <kind>', 'ssh (as without it), local or image')
    .option('--key-file, --private-key <file>', 'private key for ssh')
    .option('-T, --timeout <seconds>', 'seconds to wait for a connection; 10 without it', count)
    .option('--ssh-common-args <arguments>', 'arguments for every ssh connection')
    .option('--ssh-extra-args <arguments>', 'further arguments for every ssh connection')
    .option('--sftp-extra-args <arguments>', 'no effect: files go through the one ssh connection')
    .option('--scp-extra-args <arguments>', 'no effect: files go through the one ssh connection')
    .option('-k, --ask-pass', 'ask for the ssh password')
    .option('--conn-pass-file, --connection-password-file <file>', 'file with the ssh password')

export type BecomeFlags = {
  become?: boolean
  becomeUser?: string
  becomeMethod?: string
  askBecomePass?: boolean
  becomePasswordFile?: string
}

export const becomeOptions = (command: Command): Command =>
  command
    .option('-b, --become', 'become another user')
    .option('--become-user <user>', 'the user to become; root without it')
    .option('--become-method <method>', 'how: sudo (as without it), su or doas')
    .option('-K, --ask-become-pass', 'ask for the password of becoming')
    .option('--become-pass-file, --become-password-file <file>', 'file with the password of becoming')

export type VariableFlags = { extraVars: string[]; modulePath?: string[]; compat?: '2.18' }

export const variableOptions = (command: Command): Command =>
  command
    .option('-e, --extra-vars <vars>', 'variables that win over all others: k=v, {json}, @file', collect, [])
    .option(
      '-M, --module-path <path>',
      'directories of modules, by colons; those in Python are found there and not run',
      collect,
      [],
    )
    .addOption(
      new Option('--compat <version>', "the older language's rules for templates and conditions").choices(['2.18']),
    )

export type RunFlags = { check?: boolean; diff?: boolean; forks?: number; json?: boolean; verbose: number }

export const runOptions = (command: Command): Command =>
  command
    .option('-C, --check', 'change nothing; tell what would change')
    .option('-D, --diff', 'show what changes in files')
    .option('-f, --forks <number>', 'hosts at a time; 50 without it', count)
    .option('--json', 'print one JSON document instead of the report')
    .option('-v, --verbose', 'show more; up to -vvv', more, 0)

export type TagFlags = { tags: string[]; skipTags: string[] }

export const tagOptions = (command: Command): Command =>
  command
    .option('-t, --tags <tags>', 'run only what has one of these tags', words, [])
    .option('--skip-tags <tags>', 'leave out what has one of these tags', words, [])

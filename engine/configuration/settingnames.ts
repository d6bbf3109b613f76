import { resolve } from 'node:path'
import type { OptionName, Settings } from './options.ts'

type Plain = string | number | boolean | null | readonly string[]

/** Options by the names that Ansible has for settings, as the lookup `config` is asked for them, and their defaults. */
const names: Readonly<Record<string, readonly [OptionName, Plain]>> = {
  ANSIBLE_FORCE_COLOR: ['forceColour', false],
  ANSIBLE_NOCOLOR: ['noColour', false],
  ANY_ERRORS_FATAL: ['anyErrorsFatal', false],
  BECOME_PASSWORD_FILE: ['becomePasswordFile', null],
  CACHE_PLUGIN: ['factCaching', 'memory'],
  CACHE_PLUGIN_CONNECTION: ['factCachingConnection', null],
  CACHE_PLUGIN_PREFIX: ['factCachingPrefix', 'ansible_facts'],
  CACHE_PLUGIN_TIMEOUT: ['factCachingTimeout', 86400],
  CALLBACKS_ENABLED: ['callbacksEnabled', []],
  COLLECTIONS_PATHS: ['collectionsPath', ['~/.ansible/collections', '/usr/share/ansible/collections']],
  CONNECTION_PASSWORD_FILE: ['connectionPasswordFile', null],
  DEFAULT_ASK_PASS: ['askPass', false],
  DEFAULT_ASK_VAULT_PASS: ['askVaultPass', false],
  DEFAULT_BECOME: ['become', false],
  DEFAULT_BECOME_ASK_PASS: ['becomeAskPass', false],
  DEFAULT_BECOME_EXE: ['becomeExe', null],
  DEFAULT_BECOME_FLAGS: ['becomeFlags', null],
  DEFAULT_BECOME_METHOD: ['becomeMethod', 'sudo'],
  DEFAULT_BECOME_USER: ['becomeUser', 'root'],
  DEFAULT_FORCE_HANDLERS: ['forceHandlers', false],
  DEFAULT_FORKS: ['forks', 5],
  DEFAULT_GATHER_TIMEOUT: ['gatherTimeout', 10],
  DEFAULT_GATHERING: ['gathering', 'implicit'],
  DEFAULT_HASH_BEHAVIOUR: ['hashBehaviour', 'replace'],
  DEFAULT_HOST_LIST: ['inventory', ['/etc/ansible/hosts']],
  DEFAULT_LOAD_CALLBACK_PLUGINS: ['loadCallbacks', false],
  DEFAULT_LOG_PATH: ['logPath', null],
  DEFAULT_MANAGED_STR: ['ansibleManaged', 'Ansible managed'],
  DEFAULT_MODULE_PATH: ['library', ['~/.ansible/plugins/modules', '/usr/share/ansible/plugins/modules']],
  DEFAULT_PRIVATE_KEY_FILE: ['privateKeyFile', null],
  DEFAULT_REMOTE_PORT: ['port', null],
  DEFAULT_REMOTE_USER: ['user', null],
  DEFAULT_ROLES_PATH: ['rolesPath', ['~/.ansible/roles', '/usr/share/ansible/roles', '/etc/ansible/roles']],
  DEFAULT_STDOUT_CALLBACK: ['stdoutCallback', 'default'],
  DEFAULT_STRATEGY: ['strategy', 'linear'],
  DEFAULT_TIMEOUT: ['timeout', 10],
  DEFAULT_TRANSPORT: ['connection', 'smart'],
  DEFAULT_VAULT_ENCRYPT_IDENTITY: ['vaultEncryptIdentity', null],
  DEFAULT_VAULT_IDENTITY: ['vaultIdentity', 'default'],
  DEFAULT_VAULT_IDENTITY_LIST: ['vaultIdentityList', []],
  DEFAULT_VAULT_ID_MATCH: ['vaultIdMatch', false],
  DEFAULT_VAULT_PASSWORD_FILE: ['vaultPasswordFile', null],
  DEFAULT_VERBOSITY: ['verbosity', 0],
  DEPRECATION_WARNINGS: ['deprecationWarnings', true],
  DIFF_ALWAYS: ['diff', false],
  DISPLAY_SKIPPED_HOSTS: ['displaySkippedHosts', true],
  ERROR_ON_MISSING_HANDLER: ['errorOnMissingHandler', true],
  HOST_KEY_CHECKING: ['hostKeyChecking', true],
  INVENTORY_ANY_UNPARSED_IS_FAILED: ['anyUnparsedIsFailed', false],
  INVENTORY_UNPARSED_WARNING: ['unparsedWarning', true],
  LOCALHOST_WARNING: ['localhostWarning', true],
  RETRY_FILES_ENABLED: ['retryFilesEnabled', false],
  RETRY_FILES_SAVE_PATH: ['retryFilesSavePath', null],
  SYSTEM_WARNINGS: ['systemWarnings', true],
  TAGS_RUN: ['tags', []],
  TAGS_SKIP: ['skipTags', []],
  TASK_TIMEOUT: ['taskTimeout', 0],
  TRANSFORM_INVALID_GROUP_CHARS: ['groupNames', 'never'],
}

/** What a setting is, by Ansible's name for it; undefined for a name that means nothing here. */
export const settingNamed = (name: string, settings: Settings, home: string): Plain | undefined => {
  const known = Object.hasOwn(names, name) ? names[name] : undefined
  if (known === undefined) return undefined
  const [option, fallback] = known
  const below = (path: string): string => (path.startsWith('~/') ? resolve(home, path.slice(2)) : path)
  return settings[option] ?? (Array.isArray(fallback) ? fallback.map(below) : fallback)
}

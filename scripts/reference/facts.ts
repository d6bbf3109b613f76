// The reference page of facts.
import { families } from '../../engine/facts/families.ts'
import { code, page, table } from './markdown.ts'

export const factsPage = (): string =>
  page([
    '# Facts',
    'Made from `engine/facts`. A fact is `ansible_NAME` and `ansible_facts.NAME`; a host has those that apply to it. Facts of one family come from one look at the host, which is taken when a template or a module asks for one of them.',
    'Each network interface is a fact of its own name, with dashes as underscores.',
    table(
      ['family', 'facts'],
      families.map(({ name, facts }) => [name, code(...facts)]),
    ),
  ])

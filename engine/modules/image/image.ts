import type { ImageParameters } from '../../../schema/types.ts'
import { Failure } from '../../failure.ts'
import { change, type Host, type ModuleSchema, module } from '../module.ts'
import { provision } from '../provision.ts'
import schema from './image.schema.json' with { type: 'json' }

/** A version as `provision image` prints it. */
type Version = { readonly version: string; readonly manifest: Readonly<Record<string, unknown>> }

/** `image` is absent where only looking would have to publish a version. */
type Publication = { readonly published: boolean; readonly image?: Version }

const nameOf = async (host: Host, { name }: ImageParameters): Promise<string> => {
  const found = name ?? String(await host.controller.expression("image_name | default('', true)"))
  if (found !== '') return found
  throw new Failure('module.parameter', "image needs 'name', or the variable image_name", { at: host.at })
}

const told = ({ version, manifest }: Version) => ({
  image: { ...manifest, version, reference: `${manifest['name']}@${version}` },
})

export const image = module<ImageParameters>('image', schema as ModuleSchema, async function* (host, params) {
  const { tree, format, expires } = params
  const name = await nameOf(host, params)
  if (tree === undefined) {
    return told(JSON.parse(await provision(host, params, ['image', 'show'], { operands: [name] })))
  }
  const publish = async (...words: string[]): Promise<Publication> => {
    const options = [`--name=${name}`, `--playbook=${params.playbook ?? `playbooks/${name}.yml`}`, `--format=${format}`]
    return JSON.parse(await provision(host, params, ['image', 'publish', ...options, ...words], { operands: [tree] }))
  }
  const lasting = expires === undefined ? [] : [`--expires=${expires}`]
  const seen = await publish('--check')
  if (!seen.published && seen.image) {
    const { image } = expires === undefined || host.check ? seen : await publish(...lasting)
    return told(image ?? seen.image)
  }
  const made = yield* change({ what: `publish ${tree} as ${name}`, apply: () => publish(...lasting) })
  return made?.image ? told(made.image) : { image: { name } }
})

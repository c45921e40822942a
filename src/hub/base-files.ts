/**
 * @file Selects the files of a hub repository that a base model needs: settings, and one set of weights per network.
 */
import { CheckpointError } from '../errors.ts';
import { type GivenParts, introduced } from '../phrases.ts';

/** Required and optional networks of a base model. */
const networks = { needed: ['unet', 'vae', 'text_encoder'], possible: ['text_encoder_2'] } as const;

/** Folders of settings, with the relevant files in them. */
const settings: Readonly<Record<string, RegExp>> = {
  tokenizer: /\.(json|txt)$/,
  tokenizer_2: /\.(json|txt)$/,
  scheduler: /^scheduler_config\.json$/,
};

/** Networks of unsupported kinds of models. */
const foreign = /^(transformer|prior|decoder|image_encoder_2)\//;

const stem = '(?:diffusion_pytorch_model|model|pytorch_model)';
const weightName = new RegExp(`^${stem}(\\.fp16)?(?:-(\\d{5})-of-(\\d{5}))?(\\.fp16)?\\.(safetensors|bin)$`);
const indexName = new RegExp(`^${stem}\\.(safetensors|bin)\\.index(\\.fp16)?\\.json$`);

/** Sets of weights in order of preference: formats without pickles first, then full precision. */
const preferences = ['safetensors', 'safetensors fp16', 'bin', 'bin fp16'];

/**
 * The files of a diffusers repository that a base model needs: `model_index.json`, `lamp.json`, each part's settings,
 * tokenizer, scheduler, and one set of weights for each network; never a safety checker, never two variants. Throws
 * `CheckpointError` naming what is missing; `where` names the repository in messages.
 */
export function selectBaseFiles<File extends { readonly path: string }>(
  files: readonly File[],
  where: string,
): File[] {
  const index = files.find(({ path }) => path === 'model_index.json');
  if (!index) throw new CheckpointError(introduced(`${where} has no model_index.json; `, otherKind(files)));
  const odd = files.map(({ path }) => foreign.exec(path)?.[1]).find((folder) => folder !== undefined);
  if (odd !== undefined) {
    throw new CheckpointError({
      found: `${where} is a model of another kind (it has "${odd}/")`,
      expected: 'a Stable Diffusion model with unet/, vae/ and text_encoder/',
      setting: 'base',
    });
  }
  const inside = (folder: string) => filesInside(files, folder);
  // Recommended settings of a model are stored beside the index.
  const selected = files.filter((file) => file === index || file.path === 'lamp.json');
  for (const network of [...networks.needed, ...networks.possible]) {
    const found = inside(network);
    const optional = (networks.possible as readonly string[]).includes(network);
    if (optional && found.size === 0) continue;
    const config = found.get('config.json');
    const weights = selectWeights(found);
    if (!config || !weights) {
      const missing = config ? 'weights in .safetensors or .bin files' : 'config.json';
      const names = [...found.keys()].join(', ') || 'nothing';
      throw new CheckpointError({
        found: `${where} is not complete: ${network}/ has no ${missing} (found ${names})`,
        setting: 'base',
        advice: 'Choose another repository or revision.',
      });
    }
    selected.push(config, ...weights);
  }
  for (const [folder, wanted] of Object.entries(settings)) {
    selected.push(...[...inside(folder)].filter(([name]) => wanted.test(name)).map(([, file]) => file));
  }
  return selected;
}

function filesInside<File extends { readonly path: string }>(
  files: readonly File[],
  folder: string,
): Map<string, File> {
  const start = `${folder}/`;
  return new Map(
    files
      .filter(({ path }) => path.startsWith(start) && !path.includes('/', start.length))
      .map((file) => [file.path.slice(start.length), file]),
  );
}

/** The preferred complete set of weights of one network: a single file, or shards with their index. */
function selectWeights<File>(files: ReadonlyMap<string, File>): File[] | undefined {
  for (const wanted of preferences) {
    const weights: { name: string; part: string | undefined; parts: number }[] = [];
    for (const name of files.keys()) {
      const [, early, part, parts, late, format] = weightName.exec(name) ?? [];
      if (kind(format, early ?? late) === wanted) weights.push({ name, part, parts: Number(parts ?? 0) });
    }
    const single = weights.find(({ part }) => part === undefined);
    if (single) return [files.get(single.name)!];
    const index = [...files.keys()].find((name) => {
      const [, format, variant] = indexName.exec(name) ?? [];
      return kind(format, variant) === wanted;
    });
    if (index !== undefined && weights.length > 0 && weights.length === weights[0]!.parts) {
      return [index, ...weights.map(({ name }) => name)].map((name) => files.get(name)!);
    }
  }
  return undefined;
}

function kind(format: string | undefined, variant: string | undefined): string {
  return `${format}${variant ? ' fp16' : ''}`;
}

/** What a repository without an index is. */
function otherKind(files: readonly { readonly path: string }[]): GivenParts {
  const single = files.map(({ path }) => path).filter((path) => /^[^/]+\.(safetensors|ckpt)$/.test(path));
  if (single.length === 0) {
    return { found: 'it is no diffusers model', setting: 'base', advice: 'Check the name.' };
  }
  return {
    found: `it holds single files (${single.slice(0, 4).join(', ')})`,
    setting: 'base',
    advice: `Name one: hub:owner/name/${single[0]}.`,
  };
}

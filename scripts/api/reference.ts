/** @file The reference of the library, `docs/api.md`, as text made from the docblocks. */
import { type FunctionDeclaration, Node } from 'ts-morph';
import { drawDefaults } from '../../src/pipelines/draw/draw-picture.ts';
import { videoDefaults } from '../../src/pipelines/video/video-settings.ts';
import { trainingDefaults } from '../../src/training/training-settings.ts';
import { type Exported, type Property, propertiesOf, publicFace } from './public-face.ts';

const head = `# The library, name by name

Made by \`npm run api\` from the docblocks of what \`src/index.ts\` exports; [library.md](library.md) shows how it is used. What takes
long takes one object of options, tells what it does as events (\`onEvent\`), and can be stopped (\`signal\`).
`;

/** The whole reference. */
export function apiReference(exported: readonly Exported[] = publicFace()): string {
  const functions = exported.filter(({ declaration }) => Node.isFunctionDeclaration(declaration));
  const main = functions.filter(({ examples }) => examples.length > 0);
  const pieces = functions.filter((each) => !main.includes(each));
  const values = exported.filter(({ declaration }) => Node.isVariableDeclaration(declaration));
  const errors = exported.filter(({ declaration }) => Node.isClassDeclaration(declaration));
  const types = exported.filter((each) => ![...functions, ...values, ...errors].includes(each));
  const options = new Map(main.map((each) => [each, types.find(({ name }) => name === optionsName(each))]));
  const others = types.filter((each) => ![...options.values()].includes(each));
  const named = new Map(exported.map((each) => [each.name, each]));
  const sections: [string, string[]][] = [
    ['Functions', main.map((each) => entry(each, named) + optionsEntry(options.get(each), named))],
    ['Pieces that these are made of', pieces.map((each) => entry(each, named))],
    ['Values', values.map((each) => entry(each, named))],
    ['Errors', errors.map((each) => entry(each, named))],
    ['Types', others.map((each) => entry(each, named))],
  ];
  return `${[head, ...sections.map(([title, entries]) => `## ${title}\n\n${entries.join('\n')}`)].join('\n')}`;
}

type Named = ReadonlyMap<string, Exported>;

function entry(exported: Exported, named: Named): string {
  const { name, text, examples } = exported;
  const parts = [`### ${name}`, text, body(exported, named), ...examples.map((code) => fenced(code))].filter(
    Boolean,
  );
  return `${parts.join('\n\n')}\n`;
}

/** The options of a function, below it. */
function optionsEntry(options: Exported | undefined, named: Named): string {
  if (!options) return '';
  return `\n#### ${options.name}\n\n${[options.text, body(options, named)].filter(Boolean).join('\n\n')}\n`;
}

/** Of `generateVideo` it is `GenerateVideoOptions`; of `startEngine`, `EngineOptions`. */
function optionsName({ name }: Exported): string {
  return `${name.replace(/^start/, '').replace(/^./, (first) => first.toUpperCase())}Options`;
}

/** What follows the docblock: a signature, a table, a declaration or nothing. */
function body({ name, declaration }: Exported, named: Named): string {
  if (Node.isFunctionDeclaration(declaration)) return fenced(signature(declaration));
  if (Node.isInterfaceDeclaration(declaration)) return table(name, propertiesOf(declaration), named);
  if (Node.isTypeAliasDeclaration(declaration)) {
    const written = declaration.getTypeNode()?.getText() ?? '';
    const inferred = /^z\.(infer|input|output)\b/.test(written) && declaration.getType().isObject();
    if (inferred) return table(name, propertiesOf(declaration), named);
    return fenced(declaration.getText().replace(/^export /, ''));
  }
  return '';
}

/** As it is called: without the names that its body takes parameters apart into. */
function signature(declaration: FunctionDeclaration): string {
  const parameters = declaration.getParameters().map((parameter) => {
    const taken = Node.isObjectBindingPattern(parameter.getNameNode()) ? 'options' : parameter.getName();
    const type = parameter.getTypeNode()?.getText() ?? parameter.getType().getText(parameter);
    return `${taken}${parameter.isOptional() ? '?' : ''}: ${type}`;
  });
  const result =
    declaration.getReturnTypeNode()?.getText() ?? declaration.getReturnType().getText(declaration);
  const [name, line] = [declaration.getName(), parameters.join(', ')];
  const inside = line.length > 90 ? `\n  ${parameters.join(',\n  ')},\n` : line;
  return `function ${name}(${inside}): ${result}`;
}

function table(owner: string, properties: readonly Property[], named: Named): string {
  const rows = properties.map(({ name, optional, type, text }) => {
    const about = [text || inherited(name, named), optional && usual(owner, name, text)]
      .filter(Boolean)
      .join(' ');
    return `| \`${name}${optional ? '?' : ''}\` | ${code(type)} | ${cell(about)} |`;
  });
  return ['| name | type | |', '| --- | --- | --- |', ...rows].join('\n');
}

/**
 * Settings that have a value when neither the caller nor the base model gives one, by the type that they are options
 * in.
 */
const defaults: Readonly<Record<string, object>> = {
  LearnMotionOptions: trainingDefaults,
  TrainingInput: trainingDefaults,
  DrawImageOptions: drawDefaults,
  ...Object.fromEntries(
    ['VideoOptions', 'GenerateVideoOptions', 'AnimateImageOptions', 'EditVideoOptions', 'VideoRequest'].map(
      (name) => [name, videoDefaults],
    ),
  ),
};

/** What an option is when nobody says; nothing where its text tells already. */
function usual(owner: string, name: string, text: string): string {
  const value = (defaults[owner] as Record<string, unknown> | undefined)?.[name];
  const simple = ['string', 'number', 'boolean'].includes(typeof value) && value !== '';
  return simple && !/unless told|\bdefault:?\s/i.test(text) ? `Default: \`${value}\`.` : '';
}

/** What is said elsewhere of a property that has no docblock of its own. */
function inherited(name: string, named: Named): string {
  const same = named.get(name);
  if (same && Node.isFunctionDeclaration(same.declaration)) return `See [${name}](#${name.toLowerCase()}).`;
  const sampling = propertiesOf(named.get('SamplingSettings')!.declaration);
  return sampling.find((each) => each.name === name)?.text ?? '';
}

function code(text: string): string {
  return `\`${cell(text)}\``;
}

function cell(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').replaceAll('|', '\\|');
}

function fenced(text: string): string {
  return `\`\`\`ts\n${text}\n\`\`\``;
}

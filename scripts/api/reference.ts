/** @file The reference of the library, `docs/api.md`, as text made from the docblocks. */
import { type FunctionDeclaration, Node } from 'ts-morph';
import { firstFrameSettings } from '../../src/library/first-frame.ts';
import { settingsOfCalls } from '../../src/library/list-settings.ts';
import { videoOptionSettings } from '../../src/library/make-video.ts';
import { libraryVocabulary, type Vocabulary } from '../../src/phrases.ts';
import { pictureSampling } from '../../src/pipelines/draw/sampling-settings.ts';
import { videoSettings } from '../../src/pipelines/video/video-settings.ts';
import { describeSetting, type Setting, type Settings } from '../../src/settings.ts';
import { trainingSettings } from '../../src/training/declared-settings.ts';
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
function optionsName({ name }: Pick<Exported, 'name'>): string {
  return `${name.replace(/^start/, '').replace(/^./, (first) => first.toUpperCase())}Options`;
}

/** What follows the docblock: a signature, a table, a declaration or nothing. */
function body({ name, declaration }: Exported, named: Named): string {
  if (Node.isFunctionDeclaration(declaration)) return fenced(signature(declaration));
  if (Node.isInterfaceDeclaration(declaration)) return table(name, propertiesOf(declaration), named);
  if (Node.isTypeAliasDeclaration(declaration)) {
    const written = declaration.getTypeNode()?.getText() ?? '';
    const inferred =
      /^(z\.(infer|input|output)|SettingValues)\b/.test(written) && declaration.getType().isObject();
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
  const settings = settingsOf[owner] ?? {};
  const place = ({ name, optional }: Property) =>
    [Number(optional), Object.keys(settings).indexOf(name) + 1 || Number.POSITIVE_INFINITY] as const;
  const inOrder = properties.toSorted((a, b) => {
    const [[x, m], [y, n]] = [place(a), place(b)];
    return x - y || (m === n ? 0 : m - n);
  });
  const rows = inOrder.map(({ name, optional, type, text }) => {
    const said = Object.hasOwn(settings, name)
      ? declared(name, settings[name]!, text)
      : text || inherited(name, named);
    return `| \`${name}${optional ? '?' : ''}\` | ${code(type)} | ${cell(said)} |`;
  });
  return ['| name | type | |', '| --- | --- | --- |', ...rows].join('\n');
}

/** What the declaration of a setting says of it, with its docblock. */
function declared(name: string, setting: Setting, text: string): string {
  const { description, choices, expected, schema, unit, usual, settings, ...said } = describeSetting(
    name,
    setting,
    words,
  );
  const meanings = choices?.filter((choice) => choice.description);
  const explained = meanings?.map(({ value, description }) => `\`${value}\`: ${description}`).join('; ');
  const bounded = schema.type === 'integer' || schema.type === 'number';
  const simple = setting.usual === undefined ? JSON.stringify(said.default)?.replaceAll('"', '') : undefined;
  return [
    sentence(`${description}${explained ? ` (${explained})` : ''}`),
    text,
    settings && `Any of ${settings.map(({ name }) => `\`${name}\``).join(', ')}.`,
    bounded && sentence(`${expected}${unit && ['pixels', 'seconds'].includes(unit) ? ` (${unit})` : ''}`),
    usual !== undefined && `Default: ${simple === undefined ? usual : `\`${simple}\``}.`,
  ]
    .filter(Boolean)
    .join(' ');
}

function sentence(text: string): string {
  return closed(text.replace(/^./, (first) => first.toUpperCase()));
}

function closed(sentence: string): string {
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** How the reference names settings. */
const words: Vocabulary = { ...libraryVocabulary, setting: (name) => `\`${name}\`` };

/** The settings that types are made of, by their names. */
const settingsOf: Readonly<Record<string, Settings>> = {
  SamplingSettings: pictureSampling,
  VideoSettings: videoSettings,
  TrainingInput: trainingSettings,
  VideoOptions: videoOptionSettings,
  FirstFrameOptions: firstFrameSettings,
  ...Object.fromEntries(
    Object.entries(settingsOfCalls).map(([name, settings]) => [optionsName({ name }), settings]),
  ),
};

/** What is said elsewhere of a property that has no docblock of its own. */
function inherited(name: string, named: Named): string {
  const same = named.get(name);
  if (same && Node.isFunctionDeclaration(same.declaration)) return `See [${name}](#${name.toLowerCase()}).`;
  const stored: Settings = { ...videoSettings, ...pictureSampling };
  return stored[name] ? sentence(describeSetting(name, stored[name], words).description) : '';
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

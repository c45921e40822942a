/** @file Reads what `src/index.ts` exports: names, declarations and docblocks. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ExportedDeclarations, type JSDoc, Node, Project, type Symbol as TsSymbol } from 'ts-morph';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Something that the library exports. */
export interface Exported {
  readonly name: string;
  readonly declaration: ExportedDeclarations;
  /** Its docblock's text, without tags. */
  readonly text: string;
  /** The code of its `@example` blocks. */
  readonly examples: readonly string[];
}

/** All exports of the library, in alphabetical order. */
export function publicFace(): Exported[] {
  const project = new Project({
    tsConfigFilePath: join(root, 'tsconfig.json'),
    skipAddingFilesFromTsConfig: true,
  });
  const index = project.addSourceFileAtPath(join(root, 'src', 'index.ts'));
  project.resolveSourceFileDependencies();
  return [...index.getExportedDeclarations()]
    .map(([name, [declaration]]) => ({ name, declaration: declaration!, ...docsOf(declaration!) }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

function docsOf(declaration: ExportedDeclarations): Pick<Exported, 'text' | 'examples'> {
  const owner = Node.isVariableDeclaration(declaration)
    ? declaration.getVariableStatementOrThrow()
    : declaration;
  const docs: JSDoc[] = Node.isJSDocable(owner) ? owner.getJsDocs() : [];
  const doc = docs.at(-1);
  const examples = doc?.getTags().filter((tag) => tag.getTagName() === 'example') ?? [];
  return {
    text: plain(doc?.getDescription() ?? ''),
    examples: examples.map((tag) => tag.getCommentText()?.trim() ?? ''),
  };
}

/** One property of an object type. */
export interface Property {
  readonly name: string;
  readonly optional: boolean;
  readonly type: string;
  readonly text: string;
}

/** The properties of an object type, with inherited ones; required ones first. */
export function propertiesOf(declaration: ExportedDeclarations): Property[] {
  const properties = declaration
    .getType()
    .getProperties()
    .map((symbol) => propertyOf(symbol, declaration));
  return [
    ...properties.filter(({ optional }) => !optional),
    ...properties.filter(({ optional }) => optional),
  ];
}

function propertyOf(symbol: TsSymbol, place: ExportedDeclarations): Property {
  const [declared] = symbol.getDeclarations();
  const written = Node.isPropertySignature(declared) ? declared.getTypeNode()?.getText() : undefined;
  const found = symbol
    .getTypeAtLocation(place)
    .getText(place)
    .replace(/import\("[^"]*"\)\./g, '');
  const type = (written ?? found).replace(/\s*\n\s*/g, ' ').replace(/ \| undefined$/, '');
  const comment = symbol.compilerSymbol.getDocumentationComment(undefined);
  const text = comment.map((part) => part.text).join('');
  return { name: symbol.getName(), optional: symbol.isOptional(), type, text: plain(text) };
}

/** The text of a docblock as Markdown: `{@link name}` is a name in code. */
function plain(text: string): string {
  return text.replace(/\{@link\s+([^}]+?)\s*\}/g, '`$1`').trim();
}

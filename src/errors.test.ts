import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ts } from 'ts-morph';
import { describe, expect, test } from 'vitest';
import * as errors from './errors.ts';
import { packError, unpackError } from './library/packed-error.ts';
import { call, phrase, setting } from './phrases.ts';

/** A text that says what was found, in an error, a notice or a remark. */
interface Said {
  readonly place: string;
  readonly text: string;
}

/** What only `expected` should say. */
const expectation =
  /(?<!is not as )\bexpected\b|\b(must|should) be\b|[;:,] (at most|at least|only)\b|; [^;]* (needs?|takes?) /;
const verbs =
  'use|give|check|choose|remove|rename|save|set|unset|install|write|copy|download|convert|leave out|mend|move|wait|' +
  'start|try|put|make it|close|free|name|omit|add|raise|lower|see|accept|export|unpack|update|continue|go on';
/** What only `advice` should say: an order, or a further sentence. */
const advice = new RegExp(`[.;:,] (or )?(please )?(${verbs}) |[a-z0-9)"…}][.!?] [A-Z]`);

function mixes({ text }: Said): boolean {
  return expectation.test(text) || advice.test(text);
}

/** The texts of an expression that is a text, or a choice between texts; values are shown as `…`. */
function textsOf(node: ts.Node | undefined): string[] {
  if (!node) return [];
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTaggedTemplateExpression(node)) return textsOf(node.template);
  if (ts.isParenthesizedExpression(node)) return textsOf(node.expression);
  if (ts.isTemplateExpression(node)) {
    const whole = [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('…');
    return [whole, ...node.templateSpans.flatMap(({ expression }) => textsOf(expression))];
  }
  if (ts.isConditionalExpression(node)) return [node.whenTrue, node.whenFalse].flatMap(textsOf);
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    return [[node.left, node.right].flatMap(textsOf).join('')];
  }
  return [];
}

const classes = Object.keys(errors);
/** Functions that say what was found, and which of their arguments does. */
const functions: Readonly<Record<string, number>> = { notice: 0, introduced: 0, remark: 2 };

/** The expression in which a node says what was found: in an error, notice or remark, or as the part `found`. */
function foundIn(node: ts.Node): ts.Expression | undefined {
  if (ts.isNewExpression(node) && classes.includes(node.expression.getText())) return node.arguments?.[0];
  if (ts.isCallExpression(node)) {
    const index = functions[node.expression.getText()];
    return index === undefined ? undefined : node.arguments[index];
  }
  if (ts.isPropertyAssignment(node) && node.name.getText() === 'found') return node.initializer;
  const isNamed = ts.isVariableDeclaration(node) && /^(found|message)$/.test(node.name.getText());
  return isNamed ? node.initializer : undefined;
}

/** What a file says was found. */
function saidIn(name: string, code: string): Said[] {
  const file = ts.createSourceFile(name, code, ts.ScriptTarget.Latest, true);
  const said: Said[] = [];
  const visit = (node: ts.Node): void => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    said.push(...textsOf(foundIn(node)).map((text) => ({ place: `${name}:${line + 1}`, text })));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return said;
}

describe('what was found, what was expected and what to do are parts of their own', () => {
  test('in every error, notice and remark of the package', () => {
    const source = fileURLToPath(new URL('.', import.meta.url));
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
      (name) => /(?<!\.test|\.slow)\.ts$/.test(name) && !/^testing\b/.test(name),
    );
    const said = files.flatMap((name) => saidIn(name, readFileSync(join(source, name), 'utf8')));
    expect(said.length).toBeGreaterThan(400);
    expect(said.filter(mixes)).toEqual([]);
  });

  const value = '$' + '{value}';
  test.each([
    "new UsageError('eta is 2; give a number from 0 to 1.')",
    `new MediaError(\`clip "${value}" is cut off. Copy it again.\`)`,
    `new DeviceError(\`LAMP_THREADS is "${value}"; must be a whole number from 1.\`)`,
    `new CheckpointError(\`tensor "${value}" is ${value}, expected ${value}.\`)`,
    "new StorageError(full ? 'the disk is full' : `a file is there; choose another name`)",
    `new MediaError(\`it has ${value} frames; 16 at stride 2 need 31\`)`,
    "notice('it is read as noise. If pictures are noise, say so.')",
    "remark('rate', true, 'the rates differ; use one rate.')",
    `new UsageError({ found: phrase\`${value} is missing; give it.\` })`,
    "const found = 'the motion ' + 'must be a file'",
  ])('the rule finds %s', (code) => {
    expect(saidIn('sample.ts', code).filter(mixes)).toHaveLength(1);
  });

  test.each([
    "new UsageError('no such thing.')",
    "new InterruptedError('stopped; nothing was written.')",
    "new UsageError({ found: 'eta is 2', expected: 'a number', advice: 'Give one.' })",
  ])('the rule has nothing against %s', (code) => {
    const said = saidIn('sample.ts', code);
    expect(said).toHaveLength(1);
    expect(said.filter(mixes)).toEqual([]);
  });
});

describe('the parts survive the way out of an engine’s process', () => {
  const { LampError, ...kinds } = errors;

  test.each(Object.entries({ LampError, ...kinds }))('of a %s', (name, Kind) => {
    const cause = new LampError({ found: 'short', expected: phrase`${4} frames`, setting: 'frames' });
    const error = new Kind(
      {
        found: phrase`${setting('sampler')} is none`,
        expected: 'one of: ddim, dpm++',
        setting: 'sampler',
        advice: [phrase`Use ${setting('sampler', 'ddim')}.`, phrase`Begin with ${call('drawImage')}.`],
      },
      { cause },
    );
    const back = unpackError(structuredClone(packError(error)));
    expect(back).toBeInstanceOf(Kind);
    expect(back).toMatchObject({
      name,
      message: '"sampler" is none; expected one of: ddim, dpm++. Use sampler: "ddim". Begin with drawImage.',
      exitCode: error.exitCode,
      found: error.found,
      expected: ['one of: ddim, dpm++'],
      setting: 'sampler',
      advice: error.advice,
    });
    expect(back.cause).toMatchObject({ found: ['short'], expected: ['4 frames'], setting: 'frames' });
  });
});

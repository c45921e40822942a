/** @file What is in a file, a base model or this machine; in a process of its own. */
import { examineMachine } from '../../library/examine-machine.ts';
import { type Inspection, inspect } from '../../library/inspect-path.ts';
import { libraryVocabulary, wordPhrase } from '../../phrases.ts';

/** What `inspect` says of a file. */
export function describe(path: string): Promise<Inspection> {
  return inspect({ path });
}

/** What the page shows of a base model. */
export async function describeBase(path: string) {
  const found = await inspect({ path });
  if (found.kind !== 'base') throw new Error('this is no base model');
  const { name, recommended, vae, unet, shown, training } = found;
  const { size, training: ofTraining, video, image } = recommended;
  return {
    name,
    learns: training !== undefined,
    ...(size && { size }),
    multiple: vae.factor,
    parameters: unet.parameters,
    recommended: { training: ofTraining, video, picture: image },
    ...(shown && { shown }),
  };
}

/** What `lamp doctor` finds, in words. */
export async function doctor() {
  const { usable, findings } = await examineMachine();
  return {
    usable,
    at: new Date().toISOString(),
    findings: findings.map(({ subject, verdict, found, advice, data }) => ({
      subject,
      verdict,
      found: wordPhrase(found, libraryVocabulary),
      advice: advice.map((sentence) => wordPhrase(sentence, libraryVocabulary)),
      ...(data && { data: { ...data } }),
    })),
  };
}

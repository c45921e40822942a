/** @file Imports motions: files that lamp wrote, and checkpoints of the reference implementation. */
import { useId, useState } from 'react';
import { builtInBaseId } from '../../api/identifiers.ts';
import type { Problem } from '../../api/problem-api.ts';
import { problemOf, sendFile } from '../core/api-client.ts';
import { attempt, tell } from '../core/messages.ts';
import { sendEach } from '../core/send-each.ts';
import { outdate, useAnswer } from '../core/studio-state.ts';
import { sizeOf } from '../core/wording.ts';
import { BaseChooser } from './base-chooser.tsx';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { DropZone } from './drop-zone.tsx';
import { Field } from './field.tsx';
import { ProblemNote } from './problem.tsx';
import { ProgressBar } from './progress-bar.tsx';
import { PromptField } from './prompt-field.tsx';

/** A place to drop motion files, and a button for what needs more to be said. */
export function ImportMotions() {
  const [sent, setSent] = useState<{ readonly name: string; readonly share: number }>();
  const [isReference, setReference] = useState(false);
  const take = async (files: readonly { readonly file: File }[]) => {
    await sendEach(
      files.map(({ file }) => file),
      async (file) => {
        const { name } = file;
        const say = (share: number) => setSent({ name, share });
        say(0);
        const { title } = await sendFile('importMotion', file, { query: { name } }, say);
        tell({ text: `“${title}” was imported.` });
      },
    );
    setSent(undefined);
    outdate('motions');
  };
  return (
    <section className="stack" aria-label="Import motions">
      {sent && (
        <ProgressBar share={sent.share < 1 ? sent.share : undefined} label={`Importing ${sent.name}`} />
      )}
      <DropZone
        small
        label="Import a motion file"
        accept=".safetensors"
        onFiles={(files) => attempt(take(files))}
      >
        <span className="quiet">Drop motion files (.safetensors) that lamp wrote, here or elsewhere.</span>
      </DropZone>
      <p className="quiet">
        Trained with the authors’ implementation of LAMP?{' '}
        <Button look="plain" onClick={() => setReference(true)}>
          Import its checkpoint…
        </Button>
      </p>
      {isReference && <ReferenceDialog onClose={() => setReference(false)} />}
    </section>
  );
}

/** Numbers that the checkpoint does not say; what is left empty is as usual. */
const numbers = [
  { name: 'frames', label: 'Frames', usual: '16', about: 'Of a training video.' },
  { name: 'width', label: 'Width', usual: '512', about: 'Of the training videos, in pixels.' },
  { name: 'height', label: 'Height', usual: '320', about: 'Of the training videos, in pixels.' },
  { name: 'framesPerSecond', label: 'Frames per second', usual: '8', about: 'Of its videos.' },
  { name: 'steps', label: 'Steps', usual: '', about: 'How many the training took, if you know it.' },
] as const;

type NumberName = (typeof numbers)[number]['name'];

function ReferenceDialog({ onClose }: { readonly onClose: () => void }) {
  const id = useId();
  const { data: studio } = useAnswer('studio');
  const [file, setFile] = useState<File>();
  const [base, setBase] = useState<string>();
  const [prompt, setPrompt] = useState('');
  const [title, setTitle] = useState('');
  const [given, setGiven] = useState<Partial<Record<NumberName, string>>>({});
  const [isOther, setOther] = useState(false);
  const [share, setShare] = useState<number>();
  const [problem, setProblem] = useState<Problem>();
  const most = studio?.limits.checkpointBytes;
  const wrong = numbers.find(({ name }) => !/^(\d+(\.\d+)?)?$/.test(given[name] ?? ''));
  const take = async () => {
    setProblem(undefined);
    setShare(0);
    try {
      const facts = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
      const query = {
        name: file!.name,
        base: base ?? builtInBaseId,
        prompt: prompt.trim(),
        ...facts,
        ...(title.trim() === '' ? {} : { title: title.trim() }),
        ...(isOther && { otherBase: 'true' as const }),
      };
      const motion = await sendFile('importMotion', file!, { query }, setShare);
      tell({ text: `“${motion.title}” was imported.` });
      outdate('motions');
      onClose();
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setShare(undefined);
    }
  };
  return (
    <Dialog title="Import a checkpoint of the authors’ implementation" onClose={onClose}>
      <div className="stack">
        <p className="quiet">
          Of the folder that it wrote, this takes the weights of the U-Net:{' '}
          <code>unet/diffusion_pytorch_model.bin</code> or <code>.safetensors</code>
          {most !== undefined && `, up to ${sizeOf(most)}`}. What was learned becomes a motion file.
        </p>
        <DropZone
          small
          several={false}
          label={file ? 'Another file' : 'Choose the file'}
          accept=".bin,.pt,.pth,.safetensors"
          onFiles={([brought]) => setFile(brought?.file)}
        >
          <span className={file ? undefined : 'quiet'}>
            {file ? `${file.name}, ${sizeOf(file.size)}` : 'Drop it here.'}
          </span>
        </DropZone>
        <BaseChooser value={base} onChange={setBase} />
        <PromptField
          label="What its clips show"
          placeholder="a horse runs in the desert"
          about="The prompt that it was trained with."
          value={prompt}
          onChange={setPrompt}
        />
        <div className="fields">
          {numbers.map(({ name, label, usual, about }) => (
            <Field key={name} id={`${id}-${name}`} label={label} about={about}>
              <input
                id={`${id}-${name}`}
                className="input"
                inputMode="decimal"
                autoComplete="off"
                placeholder={usual}
                value={given[name] ?? ''}
                onChange={({ target }) => setGiven((before) => ({ ...before, [name]: target.value.trim() }))}
              />
            </Field>
          ))}
        </div>
        <Field id={`${id}-title`} label="Name of the motion">
          <input
            id={`${id}-title`}
            className="input"
            maxLength={200}
            placeholder={file?.name.replace(/\.\w+$/, '') ?? ''}
            value={title}
            onChange={(event) => setTitle(event.target.value)}
          />
        </Field>
        <label className="check">
          <input type="checkbox" checked={isOther} onChange={(event) => setOther(event.target.checked)} />
          Take it even if the base’s weights are not exactly those that it was trained on
        </label>
        {wrong && <p className="field-wrong">“{wrong.label}” is a number.</p>}
        {problem && <ProblemNote problem={problem} />}
        {share !== undefined && (
          <ProgressBar share={share < 1 ? share : undefined} label={`Importing ${file?.name}`} />
        )}
        <div className="actions dialog-foot">
          <Button look="main" disabled={!file || prompt.trim() === '' || wrong !== undefined} onClick={take}>
            {share === 1 ? 'Converting…' : 'Import it'}
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </div>
    </Dialog>
  );
}

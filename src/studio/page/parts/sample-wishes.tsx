/** @file What a training that runs is asked for: samples now, and of another prompt. */
import { useState } from 'react';
import { ask } from '../core/api-client.ts';
import { tell } from '../core/messages.ts';
import { Button } from './button.tsx';
import { PromptField } from './prompt-field.tsx';

/** Samples that are made after the step that is being taken. `every`: steps between those made by itself; 0: none are. */
export function SampleWishes({ id, every }: { readonly id: string; readonly every: number }) {
  const [prompt, setPrompt] = useState('');
  const wish = async (body: { readonly sampleNow?: true; readonly samplePrompt?: string }, text: string) => {
    await ask('wishOfTraining', { ids: { id }, body });
    tell({ text });
  };
  return (
    <PromptField
      label="Sample another prompt, from now on"
      about={
        every > 0
          ? `Samples are made every ${every} steps, and when you ask for them.`
          : 'This training makes samples only when you ask for them, of this prompt as well: “Sample now”.'
      }
      placeholder="a fox runs in the snow"
      value={prompt}
      onChange={setPrompt}
    >
      <Button
        disabled={prompt.trim() === ''}
        onClick={async () => {
          await wish(
            { samplePrompt: prompt.trim() },
            every > 0
              ? 'It is sampled from the next samples on.'
              : 'It was added. “Sample now” makes samples of all prompts.',
          );
          setPrompt('');
        }}
      >
        Add it
      </Button>
      <Button onClick={() => wish({ sampleNow: true }, 'Samples are made after this step.')}>
        Sample now
      </Button>
    </PromptField>
  );
}

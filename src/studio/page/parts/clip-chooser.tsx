/** @file Chooses one clip: of those that are here, a video that was made, or one that is brought. */
import { useId, useState } from 'react';
import { bringClips } from '../core/bring-clips.ts';
import { attempt, tell } from '../core/messages.ts';
import { problemWith } from '../core/send-each.ts';
import { useAnswer } from '../core/studio-state.ts';
import { useLook } from '../core/use-look.ts';
import { DropZone } from './drop-zone.tsx';
import { Field } from './field.tsx';
import { MovingPicture } from './moving-picture.tsx';

/** The choice, and what it looks like; `''`: none. */
export function ClipChooser({
  clip,
  onChange,
}: {
  readonly clip: string;
  readonly onChange: (clip: string) => void;
}) {
  const id = useId();
  const { data: sets } = useAnswer('clipSets');
  const { data: videos } = useAnswer('videos', { query: { count: 200 } });
  const [bringing, setBringing] = useState(false);
  const isClip = sets?.sets.some(({ clips }) => clips.some((each) => each.id === clip)) ?? false;
  const video = videos?.videos.find((each) => each.id === clip);
  const look = useLook(isClip ? [clip] : [], {});
  const loop = video?.loop ?? look.answer?.clips[0]?.sees?.loop;
  const bring = async (files: Parameters<typeof bringClips>[0]) => {
    setBringing(true);
    try {
      const { clips, refused } = await bringClips(files, undefined, () => {});
      for (const { name, problem } of refused) {
        tell({ problem: problemWith(name, problem) });
      }
      const last = clips.at(-1);
      if (last !== undefined) onChange(last);
    } finally {
      setBringing(false);
    }
  };
  return (
    <div className="clip">
      <div className="clip-loop">
        <MovingPicture loop={loop} still={video?.still} alt="The clip" />
      </div>
      <div className="clip-text">
        <Field id={id} label="Clip">
          <select id={id} className="input" value={clip} onChange={(event) => onChange(event.target.value)}>
            <option value="">Choose a clip…</option>
            {sets?.sets.map((set) => (
              <optgroup key={set.id} label={set.title}>
                {set.clips.map((each) => (
                  <option key={each.id} value={each.id}>
                    {each.name}
                  </option>
                ))}
              </optgroup>
            ))}
            {videos && videos.videos.length > 0 && (
              <optgroup label="Videos made here">
                {videos.videos.map((each) => (
                  <option key={each.id} value={each.id}>
                    {each.title}
                  </option>
                ))}
              </optgroup>
            )}
          </select>
        </Field>
        <DropZone
          small
          label={bringing ? 'Adding it…' : 'Add a clip'}
          accept="video/*,image/gif,image/webp,.mkv,.mov"
          onFiles={(files) => attempt(bring(files))}
        />
      </div>
    </div>
  );
}

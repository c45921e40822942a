/** @file Chooses pictures: drawn anew, brought, taken from a video, or those that are here. */
import { useEffect, useId, useRef, useState } from 'react';
import type { GivenForm } from '../../api/form-api.ts';
import type { ApiVideo } from '../../api/video-api.ts';
import { ask, sendFile } from '../core/api-client.ts';
import { attempt } from '../core/messages.ts';
import { sendEach } from '../core/send-each.ts';
import { outdate, useAnswer, useProgress } from '../core/studio-state.ts';
import { randomSeed } from '../core/video-forms.ts';
import { shareOf } from '../core/wording.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { DropZone } from './drop-zone.tsx';
import { Field } from './field.tsx';
import { ProgressBar } from './progress-bar.tsx';
import { PromptField } from './prompt-field.tsx';
import { VideoPlayer } from './video-player.tsx';
import { Shown, Waiting } from './view.tsx';

const drawnAtOnce = 4;

/** `several`: whether more than one may be chosen; `base` draws the candidates. */
export function PictureDialog({
  chosen,
  several,
  prompt,
  base,
  onChange,
  onClose,
}: {
  readonly chosen: readonly string[];
  readonly several: boolean;
  readonly prompt: string;
  readonly base: string | undefined;
  readonly onChange: (chosen: readonly string[]) => void;
  readonly onClose: () => void;
}) {
  const toggle = (id: string) => {
    if (chosen.includes(id)) onChange(chosen.filter((each) => each !== id));
    else onChange(several ? [...chosen, id] : [id]);
  };
  const [bringing, setBringing] = useState(0);
  const bring = async (files: readonly File[]) => {
    setBringing((before) => before + files.length);
    const taken = await sendEach(files, (file) =>
      sendFile('uploadPicture', file, { query: { name: file.name || 'pasted.png' } }),
    ).finally(() => setBringing((before) => before - files.length));
    const brought = taken.map(({ id }) => id);
    outdate('pictures');
    if (brought.length === 0) return;
    onChange(several ? [...chosen, ...brought] : brought.slice(-1));
  };
  const paste = useRef(bring);
  paste.current = bring;
  useEffect(() => {
    const take = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])].filter(({ type }) => type.startsWith('image/'));
      if (files.length === 0) return;
      event.preventDefault();
      attempt(paste.current(files));
    };
    document.addEventListener('paste', take);
    return () => document.removeEventListener('paste', take);
  }, []);
  return (
    <Dialog title={several ? 'First frames' : 'First frame'} wide onClose={onClose}>
      <div className="stack">
        <Draw prompt={prompt} base={base} />
        <div className="picture-ways">
          <DropZone
            small
            label="Add a picture"
            accept="image/*"
            several={several}
            onFiles={(files) => attempt(bring(files.map(({ file }) => file)))}
          >
            {bringing > 0 ? (
              <Waiting text={bringing === 1 ? 'Adding it…' : `Adding ${bringing} pictures…`} />
            ) : (
              <span className="quiet">Drop a picture here, or paste one.</span>
            )}
          </DropZone>
          <FromVideo onTaken={toggle} />
        </div>
        <PictureGrid chosen={chosen} onToggle={toggle} />
        <div className="actions dialog-foot">
          <Button look="main" onClick={onClose}>
            {chosen.length > 1
              ? `Use these ${chosen.length}`
              : chosen.length === 1
                ? 'Use this picture'
                : 'Have it drawn'}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function Draw({ prompt: given, base }: { readonly prompt: string; readonly base: string | undefined }) {
  const [prompt, setPrompt] = useState(given);
  const draw = async () => {
    const seed = randomSeed();
    const forms = Array.from(
      { length: drawnAtOnce },
      (_, i): GivenForm => ({
        kind: 'draw',
        prompt: prompt.trim(),
        settings: { seed: seed + i },
        ...(base === undefined ? {} : { base }),
      }),
    );
    await ask('putJobs', { body: { forms, first: true } });
    outdate('jobs');
  };
  return (
    <PromptField label="Draw candidates" placeholder="a fox in the snow" value={prompt} onChange={setPrompt}>
      <Button icon="image" disabled={prompt.trim() === ''} onClick={draw}>
        Draw four
      </Button>
    </PromptField>
  );
}

function PictureGrid({
  chosen,
  onToggle,
}: {
  readonly chosen: readonly string[];
  readonly onToggle: (id: string) => void;
}) {
  const pictures = useAnswer('pictures', { query: { count: 60 } });
  const { data: queue } = useAnswer('jobs');
  const drawing = queue?.jobs.filter(
    ({ kind, state }) => kind === 'draw' && (state === 'running' || state === 'waiting'),
  );
  return (
    <Shown answered={pictures}>
      {({ pictures }) => (
        <ul className="pictures">
          {drawing?.map(({ id, title }) => (
            <li key={id}>
              <Drawing job={id} title={title} />
            </li>
          ))}
          {pictures.map(({ id, title, small }) => (
            <li key={id}>
              <button
                type="button"
                className="picture"
                aria-pressed={chosen.includes(id)}
                onClick={() => onToggle(id)}
              >
                <img src={small} alt={title} loading="lazy" />
                <span>{title}</span>
              </button>
            </li>
          ))}
          {pictures.length === 0 && !drawing?.length && (
            <li className="quiet pictures-none">Pictures that you draw or add appear here.</li>
          )}
        </ul>
      )}
    </Shown>
  );
}

function Drawing({ job, title }: { readonly job: string; readonly title: string }) {
  const progress = useProgress(job);
  return (
    <div className="picture picture-drawing">
      {progress?.preview ? <img src={progress.preview} alt="" /> : <span className="moving" />}
      <ProgressBar share={shareOf(progress) ?? 0} label={`Drawing ${title}`} />
    </div>
  );
}

function FromVideo({ onTaken }: { readonly onTaken: (id: string) => void }) {
  const id = useId();
  const { data } = useAnswer('videos', { query: { count: 60 } });
  const [video, setVideo] = useState<ApiVideo>();
  if (!data || data.videos.length === 0) return null;
  return (
    <Field id={id} label="From a video">
      <select
        id={id}
        className="input"
        value={video?.id ?? ''}
        onChange={({ target }) => setVideo(data.videos.find((each) => each.id === target.value))}
      >
        <option value="">Choose a video…</option>
        {data.videos.map((each) => (
          <option key={each.id} value={each.id}>
            {each.title}
          </option>
        ))}
      </select>
      {video && <FrameOf key={video.id} video={video} onTaken={onTaken} />}
    </Field>
  );
}

function FrameOf({ video, onTaken }: { readonly video: ApiVideo; readonly onTaken: (id: string) => void }) {
  const player = useRef<HTMLVideoElement>(null);
  const [frame, setFrame] = useState(0);
  const { data } = useAnswer('videoFacts', { ids: { id: video.id } });
  const frames = data?.frames ?? 1;
  useEffect(() => {
    if (player.current && data?.framesPerSecond)
      player.current.currentTime = (frame + 0.5) / data.framesPerSecond;
  }, [frame, data?.framesPerSecond]);
  const take = async () => {
    const { id } = await ask('frameOfVideo', { body: { video: video.id, frame } });
    outdate('pictures');
    onTaken(id);
  };
  return (
    <>
      <span className="frame-of">
        <VideoPlayer video={video} label={video.title} ref={player} />
      </span>
      <span className="input-unit">
        <input
          type="range"
          aria-label="Frame"
          min={0}
          max={frames - 1}
          value={frame}
          disabled={!data}
          onChange={(event) => setFrame(Number(event.target.value))}
        />
        <span className="quiet">
          {frame + 1} of {frames}
        </span>
        <Button disabled={!data} onClick={take}>
          Take this frame
        </Button>
      </span>
    </>
  );
}

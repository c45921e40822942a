/** @file A sample of a training: small, playing, and larger when it is chosen. */
import type { ApiMotionDetail } from '../../api/motion-api.ts';
import { Dialog } from './dialog.tsx';
import { MovingPicture, useCalm } from './moving-picture.tsx';
import { VideoPlayer } from './video-player.tsx';

/** A sample of a training. */
export type Sample = ApiMotionDetail['samples'][number];

/** The small one; `of` says which training it is of, where it stands in a grid that says so, and after which step. */
export function SampleFrame({
  sample,
  of = '',
  onShow,
}: {
  readonly sample: Sample;
  readonly of?: string;
  readonly onShow: () => void;
}) {
  const { step, prompt, loop, still } = sample;
  return (
    <button
      type="button"
      className="film-frame"
      aria-label={`${of && `${of}, `}${of ? 'step' : 'Step'} ${step}${prompt ? `: ${prompt}` : ''}. Show it larger`}
      onClick={onShow}
    >
      <MovingPicture loop={loop} still={still} alt="" />
      {of === '' && <span>step {step}</span>}
    </button>
  );
}

/** The large one. */
export function SampleDialog({
  sample,
  title,
  onClose,
}: {
  readonly sample: Sample;
  readonly title: string;
  readonly onClose: () => void;
}) {
  const isCalm = useCalm();
  return (
    <Dialog title={title} onClose={onClose}>
      <figure className="player">
        <VideoPlayer
          video={sample}
          label={sample.prompt ?? `Sample at step ${sample.step}`}
          controls
          loop
          autoPlay={!isCalm}
        />
      </figure>
      {sample.prompt && <p className="quiet">{sample.prompt}</p>}
    </Dialog>
  );
}

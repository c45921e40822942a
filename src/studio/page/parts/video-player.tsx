/** @file A video in a form that the browser plays: as it is stored, else a copy as WebM. */
import { type Ref, useState } from 'react';
import type { ApiVideo } from '../../api/video-api.ts';

/** What is played: a video of the gallery, or a WebM alone. */
export type Played = Pick<ApiVideo, 'webm'> & Partial<Pick<ApiVideo, 'plays' | 'format' | 'still'>>;

/** A video; the browser's own controls only where they are asked for. */
export function VideoPlayer({
  video,
  label,
  controls = false,
  autoPlay = false,
  loop = false,
  ref,
}: {
  readonly video: Played;
  readonly label: string;
  readonly controls?: boolean;
  readonly autoPlay?: boolean;
  readonly loop?: boolean;
  readonly ref?: Ref<HTMLVideoElement>;
}) {
  const { plays, format, webm, still } = video;
  const [state, setState] = useState<'loading' | 'ready' | 'failed'>('loading');
  if (state === 'failed') return <p className="player-none">It cannot be played here.</p>;
  return (
    <video
      // A browser chooses among sources only once.
      key={`${plays} ${webm}`}
      className={state === 'loading' ? 'player-loading' : undefined}
      aria-busy={state === 'loading' || undefined}
      onLoadedData={() => setState('ready')}
      ref={ref}
      poster={still}
      controls={controls}
      loop={loop}
      muted
      playsInline
      preload="auto"
      autoPlay={autoPlay}
      aria-label={label}
    >
      {plays !== undefined && (format === 'mp4' || format === 'webm') && (
        <source src={plays} type={format === 'mp4' ? 'video/mp4; codecs="avc1.640028"' : 'video/webm'} />
      )}
      {format !== 'webm' && <source src={webm} type="video/webm" onError={() => setState('failed')} />}
    </video>
  );
}

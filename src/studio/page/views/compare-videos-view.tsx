/** @file Two videos that play together: side by side, or one over the other with a line to move. */
import { useEffect, useRef, useState } from 'react';
import { useAnswer } from '../core/studio-state.ts';
import { digits } from '../core/wording.ts';
import { Button } from '../parts/button.tsx';
import { useCalm } from '../parts/moving-picture.tsx';
import { View, Waiting } from '../parts/view.tsx';

/** Seconds that the two may be apart while they play. */
const apart = 0.06;

/** The view. */
export function CompareVideosView({ ids: [a = '', b = ''] }: { readonly ids: readonly string[] }) {
  const one = useAnswer('video', { ids: { id: a } }).data;
  const other = useAnswer('video', { ids: { id: b } }).data;
  const isCalm = useCalm();
  const first = useRef<HTMLVideoElement>(null);
  const second = useRef<HTMLVideoElement>(null);
  const [over, setOver] = useState(false);
  const [line, setLine] = useState(50);
  const [playing, setPlaying] = useState(!isCalm);
  const [time, setTime] = useState(0);
  const [length, setLength] = useState(0);
  const ready = one !== undefined && other !== undefined;

  useEffect(() => {
    if (!ready) return;
    for (const player of [first.current, second.current]) {
      if (playing) void player?.play().catch(() => {});
      else player?.pause();
    }
  }, [playing, ready]);
  useEffect(() => {
    if (!ready) return;
    let frame = requestAnimationFrame(follow);
    function follow() {
      const [leader, follower] = [first.current, second.current];
      if (leader && follower) {
        const wanted = Math.min(leader.currentTime, Math.max(0, (follower.duration || 0) - 0.001));
        const most = leader.paused ? 0.001 : apart;
        if (Math.abs(follower.currentTime - wanted) > most && !follower.seeking)
          follower.currentTime = wanted;
        if (follower.paused && playing && !leader.paused) void follower.play().catch(() => {});
        setTime(leader.currentTime);
      }
      frame = requestAnimationFrame(follow);
    }
    return () => cancelAnimationFrame(frame);
  }, [ready, playing]);

  if (!ready) {
    return (
      <View title="Compare videos" back={{ href: '#/videos', label: 'Videos' }}>
        <Waiting />
      </View>
    );
  }
  const player = (video: typeof one, ref: typeof first, label: string) => (
    <figure className="player">
      <video
        ref={ref}
        src={video.plays}
        muted
        loop={label === 'A'}
        playsInline
        preload="auto"
        aria-label={`${label}: ${video.title}`}
        onLoadedMetadata={(event) => label === 'A' && setLength(event.currentTarget.duration)}
      />
      <figcaption>
        {label}: <a href={`#/videos/${video.id}`}>{video.title}</a>
      </figcaption>
    </figure>
  );
  return (
    <View title="Compare videos" back={{ href: '#/videos', label: 'Videos' }}>
      <div className={over ? 'compare compare-over' : 'compare pair'}>
        {player(one, first, 'A')}
        <div className="compare-top" style={over ? { clipPath: `inset(0 0 0 ${line}%)` } : undefined}>
          {player(other, second, 'B')}
        </div>
        {over && <span className="compare-line" aria-hidden="true" style={{ left: `${line}%` }} />}
      </div>
      {over && (
        <label className="slider slider-wide">
          A or B
          <input
            type="range"
            min={0}
            max={100}
            value={line}
            onChange={(event) => setLine(Number(event.target.value))}
          />
        </label>
      )}
      <div className="actions">
        <Button icon={playing ? 'pause' : 'play'} onClick={() => setPlaying(!playing)}>
          {playing ? 'Pause' : 'Play'}
        </Button>
        <label className="slider slider-wide">
          Time
          <input
            type="range"
            min={0}
            max={length || 1}
            step={0.01}
            value={time}
            onChange={(event) => {
              setPlaying(false);
              setTime(event.target.valueAsNumber);
              if (first.current) first.current.currentTime = event.target.valueAsNumber;
            }}
          />
          <span className="slider-value">{digits(Math.round(time * 100) / 100)} s</span>
        </label>
        <Button pressed={!over} onClick={() => setOver(false)}>
          Side by side
        </Button>
        <Button pressed={over} onClick={() => setOver(true)}>
          One over the other
        </Button>
      </div>
    </View>
  );
}

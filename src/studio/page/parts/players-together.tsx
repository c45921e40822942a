/** @file Two videos that play together: side by side, or one over the other with a line to move. */
import { type CSSProperties, type ReactNode, type RefObject, useRef, useState } from 'react';
import { usePlayTogether } from '../core/play-together.ts';
import { digits } from '../core/wording.ts';
import { Button } from './button.tsx';
import { useCalm } from './moving-picture.tsx';
import { type Played, VideoPlayer } from './video-player.tsx';

/** One of the two. */
export interface PlayedTogether {
  readonly video: Played;
  /** What it is called: a word, and what is written below it. */
  readonly name: string;
  readonly label: string;
  readonly caption: ReactNode;
  /** Width by height, where it is known. */
  readonly shape?: number | undefined;
}

/** The two, and what stops them, moves them, and lays them over each other. */
export function PlayersTogether({
  one,
  other,
}: {
  readonly one: PlayedTogether;
  readonly other: PlayedTogether;
}) {
  const isCalm = useCalm();
  const first = useRef<HTMLVideoElement>(null);
  const second = useRef<HTMLVideoElement>(null);
  const { playing, time, length, setPlaying, goTo } = usePlayTogether(first, second, !isCalm);
  const [over, setOver] = useState(false);
  const [line, setLine] = useState(50);
  return (
    <div className="stack">
      <div
        className={over ? 'compare compare-over' : 'compare pair'}
        style={{ '--shape': one.shape ?? other.shape ?? 1.6 } as CSSProperties}
      >
        <Figure played={one} player={first} />
        <div className="compare-top" style={over ? { clipPath: `inset(0 0 0 ${line}%)` } : undefined}>
          <Figure played={other} player={second} />
        </div>
        {over && <span className="compare-line" aria-hidden="true" style={{ left: `${line}%` }} />}
      </div>
      {over && (
        <label className="slider slider-wide">
          {one.name} or {other.name}
          <input
            type="range"
            min={0}
            max={100}
            value={line}
            onChange={(event) => setLine(event.target.valueAsNumber)}
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
            onChange={(event) => goTo(event.target.valueAsNumber)}
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
    </div>
  );
}

function Figure({
  played: { video, label, caption },
  player,
}: {
  readonly played: PlayedTogether;
  readonly player: RefObject<HTMLVideoElement | null>;
}) {
  return (
    <figure className="player">
      <VideoPlayer video={video} label={label} ref={player} />
      <figcaption>{caption}</figcaption>
    </figure>
  );
}

/** @file Two players that play together: one leads, and the other is kept at its moment. */
import { type RefObject, useEffect, useState } from 'react';

/** What is known of a player; times in seconds. */
export type PlayerState = Pick<HTMLVideoElement, 'currentTime' | 'duration' | 'paused'>;

/** Seconds apart that nobody sees, and that a player cannot be set to more exactly. */
const unseen = 0.02;
/** Seconds apart that are not caught up with, but leapt over. */
const leap = 0.3;
/** Rates at which a player catches up, or waits. */
const [slowest, fastest] = [0.7, 1.3];

/** Which of two leads: the longer one, so that both are seen whole. */
export function leaderOf<Player extends PlayerState>(one: Player, other: Player): readonly [Player, Player] {
  return lengthOf(other) > lengthOf(one) + unseen ? [other, one] : [one, other];
}

/**
 * What brings `follower` to the moment of `leader`: a moment to leap to, or a rate to play at for a while. A shorter
 * one shows its last frame until the other begins again.
 */
export function towards(
  leader: PlayerState,
  follower: PlayerState,
): { readonly seek?: number; readonly rate: number } {
  const length = lengthOf(follower);
  const last = Math.max(0, length - 0.001);
  const wanted = Math.min(leader.currentTime, last);
  const ahead = wanted - follower.currentTime;
  if (leader.paused) return Math.abs(ahead) > 0.001 ? { seek: wanted, rate: 1 } : { rate: 1 };
  // Two of the same length begin again together: what is between them is seen across the beginning.
  const isSame = Math.abs(lengthOf(leader) - length) <= unseen;
  const apart = isSame && length > 0 ? ahead - length * Math.round(ahead / length) : ahead;
  if (Math.abs(apart) <= unseen) return { rate: 1 };
  if (Math.abs(apart) > leap) return { seek: wanted, rate: 1 };
  return { rate: Math.max(slowest, Math.min(fastest, 1 + 3 * apart)) };
}

function lengthOf({ duration }: PlayerState): number {
  return Number.isFinite(duration) ? duration : 0;
}

/** Two players as one. */
export interface PlayingTogether {
  readonly playing: boolean;
  /** Seconds: where they are, and how long the longer one is. */
  readonly time: number;
  readonly length: number;
  setPlaying(playing: boolean): void;
  /** Stops at a moment. */
  goTo(time: number): void;
}

/** Keeps two players together, which have no controls of their own; `begins` says whether they play at once. */
export function usePlayTogether(
  one: RefObject<HTMLVideoElement | null>,
  other: RefObject<HTMLVideoElement | null>,
  begins: boolean,
): PlayingTogether {
  const [playing, setPlaying] = useState(begins);
  const [time, setTime] = useState(0);
  const [length, setLength] = useState(0);
  useEffect(() => {
    let frame = requestAnimationFrame(follow);
    function follow() {
      frame = requestAnimationFrame(follow);
      const [leader, follower] = rolesOf(one.current, other.current);
      if (!leader) return;
      // Both begin as soon as both can; one that cannot be played leaves the other alone.
      if (follower && Math.min(leader.readyState, follower.readyState) < HTMLMediaElement.HAVE_CURRENT_DATA)
        return;
      leader.loop = true;
      leader.playbackRate = 1;
      keepPlaying(leader, playing);
      if (follower) keepTogether(leader, follower, playing);
      setTime(leader.currentTime);
      setLength(lengthOf(leader));
    }
    return () => cancelAnimationFrame(frame);
  }, [one, other, playing]);
  return {
    playing,
    time,
    length,
    setPlaying,
    goTo(moment) {
      setPlaying(false);
      setTime(moment);
      const [leader] = rolesOf(one.current, other.current);
      if (!leader) return;
      leader.pause();
      leader.currentTime = moment;
    },
  };
}

/** The player that leads, and the one that follows; of one that is there alone, it leads. */
function rolesOf(
  one: HTMLVideoElement | null,
  other: HTMLVideoElement | null,
): readonly [leader?: HTMLVideoElement, follower?: HTMLVideoElement] {
  const [first, second] = [one, other].filter((player) => player !== null);
  return first && second ? leaderOf(first, second) : first ? [first] : [];
}

function keepTogether(leader: HTMLVideoElement, follower: HTMLVideoElement, playing: boolean): void {
  const { seek, rate } = towards(leader, follower);
  const isShort = lengthOf(follower) < lengthOf(leader) - unseen;
  follower.loop = !isShort;
  if (follower.playbackRate !== rate) follower.playbackRate = rate;
  if (seek !== undefined && !follower.seeking) follower.currentTime = seek;
  const isOver = isShort && leader.currentTime >= lengthOf(follower);
  keepPlaying(follower, playing && !isOver);
}

function keepPlaying(player: HTMLVideoElement, playing: boolean): void {
  if (player.paused === !playing) return;
  if (playing) void player.play().catch(() => {});
  else player.pause();
}

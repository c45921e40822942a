/** @file Pictures that play in a loop: only those that are seen, and none where people want no motion. */
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useLoaded } from '../core/use-loaded.ts';
import { watcher } from '../core/watch-seen.ts';
import { Icon } from './icon.tsx';

const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** Whether people want no motion, but where they ask for it. */
export function useCalm(): boolean {
  return useSyncExternalStore(
    (listener) => {
      calm.addEventListener('change', listener);
      return () => calm.removeEventListener('change', listener);
    },
    () => calm.matches,
  );
}

const watchSeen = watcher('0px');
const watchNear = watcher('400px');

/** Says when the pointer is on an element, or the focus is in it. Returns what ends that. */
function whileAsked(element: HTMLElement, tell: (isAsked: boolean) => void): () => void {
  const listeners: [keyof HTMLElementEventMap, (event: Event) => void][] = [
    ['pointerenter', (event) => (event as PointerEvent).pointerType === 'mouse' && tell(true)],
    ['pointerleave', () => tell(element.contains(document.activeElement))],
    ['focusin', () => tell(true)],
    ['focusout', () => tell(element.matches(':hover'))],
  ];
  for (const [name, listener] of listeners) element.addEventListener(name, listener);
  return () => {
    for (const [name, listener] of listeners) element.removeEventListener(name, listener);
  };
}

/**
 * A loop, an animated picture, that plays while it is seen, else a still picture. Where people want no motion, it plays
 * while the pointer or the focus is on it, or on the card or button that it belongs to.
 */
export function MovingPicture({
  loop,
  still,
  alt,
}: {
  readonly loop: string | undefined;
  readonly still?: string | undefined;
  /** `''` where the text beside it says the same. */
  readonly alt: string;
}) {
  const frame = useRef<HTMLSpanElement>(null);
  const [isSeen, setSeen] = useState(false);
  const [isNear, setNear] = useState(false);
  const [asked, setAsked] = useState(false);
  const isCalm = useCalm();
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const ends = [
      watchSeen(element, setSeen),
      watchNear(element, setNear),
      whileAsked(element.closest<HTMLElement>('article, button') ?? element, setAsked),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, []);
  const plays = isSeen && (!isCalm || asked);
  const { shown, failed } = useLoaded(isNear ? (plays ? loop : (still ?? loop)) : undefined);
  return (
    <span className="moving" ref={frame}>
      {loop === undefined || failed ? (
        <span className="moving-none">
          <Icon name="motion" />
        </span>
      ) : shown === undefined ? (
        isNear && (
          <span className="moving-waits">
            <span className="spinner" aria-hidden="true" />
          </span>
        )
      ) : shown === loop && isCalm && !plays ? (
        <FirstFrame loop={shown} alt={alt} />
      ) : (
        <img src={shown} alt={alt} decoding="async" />
      )}
    </span>
  );
}

/** The first frame of an animated picture, which by itself cannot be stopped. */
function FirstFrame({ loop, alt }: { readonly loop: string; readonly alt: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const picture = new Image();
    picture.onload = () => {
      const element = canvas.current;
      if (!element) return;
      element.width = picture.naturalWidth;
      element.height = picture.naturalHeight;
      element.getContext('2d')?.drawImage(picture, 0, 0);
    };
    picture.src = loop;
    return () => {
      picture.onload = null;
    };
  }, [loop]);
  return alt === '' ? <canvas ref={canvas} /> : <canvas ref={canvas} role="img" aria-label={alt} />;
}

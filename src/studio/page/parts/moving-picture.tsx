/** @file Pictures and videos that play in a loop: only those that are seen, and none where people want no motion. */
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
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

const seen = new Map<Element, (isSeen: boolean) => void>();
const observer = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) seen.get(target)?.(isIntersecting);
});

/**
 * A loop that plays while it is seen, else a still picture. Where people want no motion, it plays while the pointer or
 * the focus is on it, or on the card or button that it belongs to. The loop is an animated picture, or a video: which one is
 * known once it is loaded.
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
  const [isVideo, setVideo] = useState(false);
  const [failed, setFailed] = useState(false);
  const [asked, setAsked] = useState(false);
  const isCalm = useCalm();
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    seen.set(element, setSeen);
    observer.observe(element);
    const stop = whileAsked(element.closest<HTMLElement>('article, button') ?? element, setAsked);
    return () => {
      observer.unobserve(element);
      seen.delete(element);
      stop();
    };
  }, []);
  const plays = isSeen && (!isCalm || asked);
  return (
    <span className="moving" ref={frame}>
      {loop === undefined || failed ? (
        <span className="moving-none">
          <Icon name="motion" />
        </span>
      ) : isVideo ? (
        <video
          src={loop}
          poster={still}
          muted
          loop
          playsInline
          autoPlay={plays}
          preload={plays || !still ? 'auto' : 'none'}
          aria-label={alt || undefined}
          ref={(element) => {
            if (!element) return;
            if (plays) void element.play().catch(() => {});
            else element.pause();
          }}
          onError={() => setFailed(true)}
        />
      ) : !plays && isCalm && still === undefined ? (
        isSeen && <FirstFrame loop={loop} alt={alt} onError={() => setVideo(true)} />
      ) : (
        <img
          src={plays || still === undefined ? loop : still}
          alt={alt}
          loading="lazy"
          decoding="async"
          onError={() => (plays || still === undefined ? setVideo(true) : setFailed(true))}
        />
      )}
    </span>
  );
}

/** The first frame of an animated picture, which by itself cannot be stopped. */
function FirstFrame({
  loop,
  alt,
  onError,
}: {
  readonly loop: string;
  readonly alt: string;
  readonly onError: () => void;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const fail = useRef(onError);
  fail.current = onError;
  useEffect(() => {
    const picture = new Image();
    picture.onload = () => {
      const element = canvas.current;
      if (!element) return;
      element.width = picture.naturalWidth;
      element.height = picture.naturalHeight;
      element.getContext('2d')?.drawImage(picture, 0, 0);
    };
    picture.onerror = () => fail.current();
    picture.src = loop;
    return () => {
      picture.onload = null;
      picture.onerror = null;
    };
  }, [loop]);
  return alt === '' ? <canvas ref={canvas} /> : <canvas ref={canvas} role="img" aria-label={alt} />;
}

/** @file Tells of elements whether they are on the screen, or near it. */

/** Says whether an element is within a margin around the screen, and how high it is. */
export type TellSeen = (isSeen: boolean, height: number) => void;

/** Watches elements; what it returns ends that. */
export type Watch = (element: Element, tell: TellSeen) => () => void;

/** One observer for all elements with the same margin. */
export function watcher(rootMargin: string): Watch {
  const watched = new Map<Element, TellSeen>();
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting, boundingClientRect } of entries) {
        watched.get(target)?.(isIntersecting, boundingClientRect.height);
      }
    },
    { rootMargin },
  );
  return (element, tell) => {
    watched.set(element, tell);
    observer.observe(element);
    return () => {
      observer.unobserve(element);
      watched.delete(element);
    };
  };
}

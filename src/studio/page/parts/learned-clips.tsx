/** @file The clips that a motion was learned from, and those that were held out. */
import type { ApiMotionDetail } from '../../api/motion-api.ts';
import { countOf } from '../core/wording.ts';

/** Their names and captions. */
export function LearnedClips({ motion }: { readonly motion: ApiMotionDetail }) {
  const heldOut = motion.clips.filter((clip) => clip.heldOut);
  return (
    <section className="panel" aria-labelledby="learned">
      <h2 id="learned">Learned from {countOf(motion.clips.length - heldOut.length, 'clip')}</h2>
      <ClipNames clips={motion.clips.filter((clip) => !clip.heldOut)} />
      {heldOut.length > 0 && (
        <>
          <h3>Held out</h3>
          <ClipNames clips={heldOut} />
        </>
      )}
    </section>
  );
}

function ClipNames({ clips }: { readonly clips: ApiMotionDetail['clips'] }) {
  return (
    <ul className="facts learned">
      {clips.map(({ name, caption }) => (
        <li key={name}>
          {name}
          {caption && <span className="quiet"> – {caption}</span>}
        </li>
      ))}
    </ul>
  );
}

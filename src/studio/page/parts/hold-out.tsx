/** @file Clips that are not learned from, but checked with. */
import type { ClipSet } from '../core/learn-draft.ts';
import { countOf } from '../core/wording.ts';
import { Button } from './button.tsx';

/** Of so many clips one is held out, where somebody does not choose. */
const oneOf = 5;

/** What clips that are held out are for, and a button that holds out some. */
export function HoldOut({
  used,
  heldOut,
  onChange,
}: {
  readonly used: ClipSet['clips'];
  readonly heldOut: ClipSet['clips'];
  readonly onChange: (ids: readonly string[]) => void;
}) {
  if (heldOut.length > 0) {
    return (
      <p className="quiet">
        Clips that are held out are not learned from: the loss on them says whether what is learned is the
        motion, or these clips by heart.
      </p>
    );
  }
  if (used.length < oneOf) return null;
  const some = used.filter((_, i) => i % oneOf === oneOf - 1).map(({ id }) => id);
  return (
    <div className="actions">
      <Button onClick={() => onChange(some)}>Hold out {countOf(some.length, 'clip')} to check with</Button>
    </div>
  );
}

/** @file What galleries share: what is sought in them, and choosing some of what they hold to compare. */
import { type ReactNode, useCallback, useState } from 'react';
import { Button } from './button.tsx';
import { SearchField } from './search-field.tsx';

/** What somebody does in a gallery. */
export interface GalleryUse {
  readonly sought: string;
  /** Identifiers of those that are chosen, in this order; absent while nothing is to be chosen. */
  readonly chosen: readonly string[] | undefined;
  seek(sought: string): void;
  /** Begins to choose, or ends it. */
  startChoosing(begins: boolean): void;
  /** Always the same function. */
  readonly choose: (id: string, isChosen: boolean) => void;
}

/** The state of a gallery. */
export function useGallery(): GalleryUse {
  const [sought, seek] = useState('');
  const [chosen, setChosen] = useState<readonly string[]>();
  const choose = useCallback((id: string, isChosen: boolean) => {
    setChosen((before = []) => {
      const others = before.filter((each) => each !== id);
      return isChosen ? [...others, id] : others;
    });
  }, []);
  return { sought, chosen, seek, choose, startChoosing: (begins) => setChosen(begins ? [] : undefined) };
}

/** A field to search in, and a button that begins to choose: where there is more than one. */
export function GalleryActions({
  gallery: { sought, chosen, seek, startChoosing },
  label,
  count,
}: {
  readonly gallery: GalleryUse;
  readonly label: string;
  readonly count: number;
}) {
  if (count < 2 && sought === '') return null;
  return (
    <>
      <SearchField label={label} value={sought} onChange={seek} />
      <Button
        icon="compare"
        pressed={chosen !== undefined}
        onClick={() => startChoosing(chosen === undefined)}
      >
        Compare
      </Button>
    </>
  );
}

/** While something is to be chosen: what it is for, and a button that compares what was chosen. */
export function ChosenNote({
  gallery: { chosen },
  least,
  most = Number.POSITIVE_INFINITY,
  label,
  onCompare,
  children,
}: {
  readonly gallery: GalleryUse;
  /** How many can be compared. */
  readonly least: number;
  readonly most?: number;
  readonly label: string;
  readonly onCompare: (chosen: readonly string[]) => void;
  readonly children: ReactNode;
}) {
  if (!chosen) return null;
  return (
    <div className="note">
      <p>{children}</p>
      <Button disabled={chosen.length < least || chosen.length > most} onClick={() => onCompare(chosen)}>
        {label}
      </Button>
    </div>
  );
}

/** On a card, while something is to be chosen. */
export function CardChoice({
  isChosen,
  title,
  onChoose,
}: {
  /** Absent while nothing is to be chosen. */
  readonly isChosen: boolean | undefined;
  readonly title: string;
  readonly onChoose: (isChosen: boolean) => void;
}) {
  if (isChosen === undefined) return null;
  return (
    <label className="card-choice check">
      <input type="checkbox" checked={isChosen} onChange={(event) => onChoose(event.target.checked)} />
      <span className="hidden">Compare {title}</span>
    </label>
  );
}

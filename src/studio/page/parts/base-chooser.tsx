/** @file Chooses a base model: the built-in one, one that is here, or one on the hub. */
import { useId, useState } from 'react';
import { baseIdSchema, builtInBaseId } from '../../api/identifiers.ts';
import { useAnswer } from '../core/studio-state.ts';
import { countOf, sizeOf } from '../core/wording.ts';
import { Button } from './button.tsx';
import { Field } from './field.tsx';
import { Note } from './problem.tsx';

const places = {
  'built-in': 'comes with lamp',
  studio: 'in this studio',
  folder: 'in a folder of yours',
  cache: 'was downloaded before',
} as const;

/** `value` is a base's identifier; `undefined` is the built-in one. */
export function BaseChooser({
  value,
  onChange,
}: {
  readonly value: string | undefined;
  readonly onChange: (base: string | undefined) => void;
}) {
  const id = useId();
  const { data } = useAnswer('bases');
  const { data: detail, loading } = useAnswer('base', { query: { id: value ?? builtInBaseId } });
  const [hub, setHub] = useState<string>();
  const bases = data?.bases ?? [];
  const isOther = value !== undefined && !bases.some((base) => base.id === value);
  const name = hub === undefined ? '' : hub.startsWith('hub:') ? hub : `hub:${hub}`;
  const isName = baseIdSchema.safeParse(name).success;
  return (
    <div className="stack">
      <Field
        id={id}
        label="Base model"
        about={
          <>
            {detail?.size
              ? `Draws pictures of ${detail.size.width} × ${detail.size.height} pixels. A motion works with the base it was learned on.`
              : 'A motion works with the base that it was learned on.'}
            {loading && ' …'}
          </>
        }
      >
        <select
          id={id}
          className="input"
          value={hub !== undefined ? 'hub' : (value ?? builtInBaseId)}
          onChange={({ target }) => {
            if (target.value === 'hub') setHub('');
            else {
              setHub(undefined);
              onChange(target.value === builtInBaseId ? undefined : target.value);
            }
          }}
        >
          {bases.map(({ id: base, name: title, where, bytes }) => (
            <option key={base} value={base}>
              {title} – {places[where]}
              {bytes !== undefined && `, ${sizeOf(bytes)}`}
            </option>
          ))}
          {isOther && (
            <option value={value}>
              {value.startsWith('hub:')
                ? `${value.slice('hub:'.length)} – from the hub`
                : data
                  ? 'A base that is no longer here'
                  : '…'}
            </option>
          )}
          <option value="hub">Another from the hub…</option>
        </select>
      </Field>
      {hub !== undefined && (
        <Field
          id={`${id}-hub`}
          label="Name on the hub"
          about="A Stable Diffusion 1.x or 2.x in diffusers’ layout. It is downloaded when the work begins, some gigabytes."
        >
          <span className="input-unit">
            <input
              id={`${id}-hub`}
              className="input"
              placeholder="owner/name"
              value={hub}
              onChange={(event) => setHub(event.target.value.trim())}
            />
            <Button
              disabled={!isName}
              onClick={() => {
                onChange(name);
                setHub(undefined);
              }}
            >
              Take it
            </Button>
          </span>
        </Field>
      )}
      {detail?.problem && <Note text={detail.problem.message} advice={detail.problem.advice ?? []} />}
      {detail?.shown && Object.keys(detail.shown).length > 0 && (
        <details className="details">
          <summary>What this base knows</summary>
          <dl className="shown">
            {Object.entries(detail.shown).map(([list, phrases]) => (
              <div key={list}>
                <dt>
                  {list} <span className="quiet">({countOf(phrases.length, 'phrase')})</span>
                </dt>
                <dd>{phrases.join(', ')}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </div>
  );
}

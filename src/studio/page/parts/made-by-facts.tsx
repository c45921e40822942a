/** @file How something was made, as its file says. */
import type { AnswerOf } from '../../api/routes.ts';
import { settingTitle } from '../core/wording.ts';
import { Note } from './problem.tsx';

/** All that is stored, and what is not here. */
export function MadeByFacts({ made }: { readonly made: AnswerOf<'madeBy'> }) {
  const rows = Object.entries(made.stored).filter(([, value]) => value !== null && value !== undefined);
  return (
    <>
      {made.missing.map((each) => (
        <Note key={each} text={each} />
      ))}
      <dl className="about">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{settingTitle(name)}</dt>
            <dd>{wordsOf(value)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function wordsOf(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return typeof value === 'object' ? JSON.stringify(value, undefined, 1) : String(value);
}

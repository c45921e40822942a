/** @file How something was made, as its file says. */
import type { AnswerOf } from '../../api/routes.ts';
import { settingTitle } from '../../api/setting-title.ts';
import { madeByRows } from '../core/made-by-words.ts';
import { Note } from './problem.tsx';

/** What matters most at once, all that is stored on request, and what is not here. */
export function MadeByFacts({ made }: { readonly made: AnswerOf<'madeBy'> }) {
  const { main, others } = madeByRows(made.stored);
  return (
    <>
      {made.missing.map((each) => (
        <Note key={each} text={`Not found here: ${each}`} />
      ))}
      <Rows rows={main} />
      {others.length > 0 && (
        <details className="details">
          <summary>All that the file says</summary>
          <Rows rows={others} />
        </details>
      )}
    </>
  );
}

function Rows({ rows }: { readonly rows: readonly (readonly [string, string])[] }) {
  return (
    <dl className="about">
      {rows.map(([name, words]) => (
        <div key={name}>
          <dt>{settingTitle(name)}</dt>
          <dd>{words}</dd>
        </div>
      ))}
    </dl>
  );
}

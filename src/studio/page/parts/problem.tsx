/** @file What went wrong, and what to do. */
import type { Problem } from '../../api/problem-api.ts';
import { sentence } from '../core/wording.ts';
import { Icon } from './icon.tsx';

/** The words of a problem. */
export function ProblemText({ problem }: { readonly problem: Problem }) {
  // The whole text ends with the advice, which is shown on lines of its own.
  const advice = problem.advice ?? [];
  const short = advice.reduceRight(
    (text, each) => (text.endsWith(each) ? text.slice(0, -each.length).trimEnd() : text),
    problem.message,
  );
  return (
    <>
      <p>{sentence(short || problem.message)}</p>
      {advice.map((each) => (
        <p key={each} className="advice">
          {sentence(each)}
        </p>
      ))}
    </>
  );
}

/** A problem in the place of, or above, what it concerns. */
export function ProblemNote({ problem }: { readonly problem: Problem }) {
  return (
    <div className="note note-problem" role="alert">
      <Icon name="warning" />
      <div>
        <ProblemText problem={problem} />
      </div>
    </div>
  );
}

/** Something worth knowing. */
export function Note({ text, advice = [] }: { readonly text: string; readonly advice?: readonly string[] }) {
  return (
    <div className="note">
      <Icon name="info" />
      <div>
        <p>{sentence(text)}</p>
        {advice.map((each) => (
          <p key={each} className="advice">
            {sentence(each)}
          </p>
        ))}
      </div>
    </div>
  );
}

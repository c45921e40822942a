/** @file What went wrong, and what to do. */
import type { Problem } from '../../api/problem-api.ts';
import { sentence } from '../core/wording.ts';
import { Icon } from './icon.tsx';

/** What is said before the advice, as a sentence: the whole text ends with it, and it is shown on lines of its own. */
function beforeAdvice(text: string, advice: readonly string[]): string {
  const short = advice.reduceRight(
    (said, each) => (said.endsWith(each) ? said.slice(0, -each.length).trimEnd() : said),
    text,
  );
  const said = sentence(short || text);
  return /[.!?:…]$/.test(said) ? said : `${said}.`;
}

/** The words of a problem. */
export function ProblemText({ problem }: { readonly problem: Problem }) {
  const advice = problem.advice ?? [];
  return (
    <>
      <p>{beforeAdvice(problem.message, advice)}</p>
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
        <p>{beforeAdvice(text, advice)}</p>
        {advice.map((each) => (
          <p key={each} className="advice">
            {sentence(each)}
          </p>
        ))}
      </div>
    </div>
  );
}

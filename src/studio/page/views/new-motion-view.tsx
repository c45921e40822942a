/** @file Teaching a motion: clips are brought or chosen, and then the form is filled in. */
import { useMemo, useState } from 'react';
import { type Bringing, bringClips, type Refused } from '../core/bring-clips.ts';
import type { BroughtFile } from '../core/dropped-files.ts';
import { handedForm } from '../core/hand-over.ts';
import type { Route } from '../core/hash-route.ts';
import { attempt } from '../core/messages.ts';
import { problemWith } from '../core/send-each.ts';
import { useAnswer } from '../core/studio-state.ts';
import { goTo, replaceRoute } from '../core/use-route.ts';
import { ChooseClips } from '../parts/choose-clips.tsx';
import { LearnForm, type TakenFrom } from '../parts/learn-form.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import { ProgressBar } from '../parts/progress-bar.tsx';
import { Shown, View } from '../parts/view.tsx';

/**
 * The view; `set` in the address names the clips, `from` a motion whose settings are taken, `start` one that the
 * training begins with, `checkpoint` the state of it. `form=given` takes what was handed over, once: it is `taken` then.
 */
export function NewMotionView({ query }: { readonly query: Route['query'] }) {
  const set = query.get('set') ?? undefined;
  const taken: TakenFrom = {
    from: query.get('from') ?? undefined,
    start: query.get('start') ?? undefined,
    checkpoint: query.get('checkpoint') ?? undefined,
  };
  const sets = useAnswer('clipSets');
  const job = query.get('job') ?? undefined;
  const form = query.get('form');
  const handed = useMemo(() => (form === 'given' ? handedForm() : undefined), [form]);
  const given = handed?.kind === 'learn' ? handed : undefined;
  const [bringing, setBringing] = useState<Bringing>();
  const [refused, setRefused] = useState<readonly Refused[]>([]);
  const take = async (files: readonly BroughtFile[]) => {
    setRefused([]);
    try {
      const brought = await bringClips(files, set, setBringing);
      setRefused(brought.refused);
      if (brought.set !== set) replaceRoute(['new', 'motion'], { set: brought.set, ...taken });
    } finally {
      setBringing(undefined);
    }
  };
  const bring = (files: readonly BroughtFile[]) => attempt(take(files));
  const first = given?.clips[0]?.id;
  const chosen = sets.data?.sets.find(
    ({ id, clips }) => id === set || clips.some((clip) => clip.id === first),
  );
  return (
    <View
      title="Teach a motion"
      lead="Add a few short clips that all show the same motion. lamp learns how things move in them, and can then make other things move that way."
      back={{ href: '#/new', label: 'New' }}
    >
      {bringing && (
        <section className="panel" aria-live="polite">
          <p>
            {bringing.name} – {bringing.done + 1} of {bringing.all}
          </p>
          <ProgressBar share={(bringing.done + bringing.share) / bringing.all} label="Adding clips" />
        </section>
      )}
      {refused.map(({ name, problem }) => (
        <ProblemNote key={name} problem={problemWith(name, problem)} />
      ))}
      <Shown answered={sets}>
        {(data) =>
          chosen ? (
            <LearnForm
              key={JSON.stringify([chosen.id, taken, job])}
              set={chosen}
              {...{ taken, given, job }}
              hasForm={form !== null}
              onGiven={() => replaceRoute(['new', 'motion'], { set: chosen.id, form: 'taken', job })}
              onFiles={bring}
            />
          ) : (
            <ChooseClips
              sets={data.sets}
              onTake={(id) => goTo(['new', 'motion'], { set: id, ...taken })}
              onFiles={bring}
            />
          )
        }
      </Shown>
    </View>
  );
}

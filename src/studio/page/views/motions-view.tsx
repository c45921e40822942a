/** @file All motions: what they look like, what became of their training, and what can be done with them. */
import { useState } from 'react';
import type { ApiMotion } from '../../api/motion-api.ts';
import { addressOf } from '../../api/routes.ts';
import { ask } from '../core/api-client.ts';
import { tell, tellDeleted } from '../core/messages.ts';
import { outdate, useAnswer, useProgress } from '../core/studio-state.ts';
import { goTo } from '../core/use-route.ts';
import { shareOf, sizeOf, timeAgo } from '../core/wording.ts';
import { Button, ButtonLink } from '../parts/button.tsx';
import { ImportMotions } from '../parts/import-motions.tsx';
import { Menu } from '../parts/menu.tsx';
import { MovingPicture } from '../parts/moving-picture.tsx';
import { ProgressBar } from '../parts/progress-bar.tsx';
import { SearchField } from '../parts/search-field.tsx';
import { Empty, Shown, View } from '../parts/view.tsx';

/** What has become of a motion. */
export const motionStateWords: Readonly<Record<ApiMotion['state'], string>> = {
  waiting: 'waits to be learned',
  learning: 'is being learned',
  stopped: 'stopped',
  done: 'learned',
  damaged: 'damaged',
};

/** The view. */
export function MotionsView() {
  const motions = useAnswer('motions');
  const [sought, setSought] = useState('');
  const [chosen, setChosen] = useState<readonly string[]>();
  const all = motions.data?.motions ?? [];
  return (
    <View
      title="Motions"
      lead="What lamp has learned from your clips, or is learning."
      actions={
        <>
          {all.length > 1 && <SearchField label="Search motions" value={sought} onChange={setSought} />}
          {all.length > 1 && (
            <Button
              icon="compare"
              pressed={chosen !== undefined}
              onClick={() => setChosen(chosen === undefined ? [] : undefined)}
            >
              Compare
            </Button>
          )}
          {all.length > 0 && (
            <ButtonLink look="main" icon="add" href="#/new/motion">
              Teach a motion
            </ButtonLink>
          )}
        </>
      }
    >
      {chosen && (
        <div className="note">
          <p>Choose two or more trainings: their losses and samples are then shown side by side.</p>
          <Button
            disabled={chosen.length < 2}
            onClick={() => goTo(['compare'], { motions: chosen.join(',') })}
          >
            Compare {chosen.length > 1 ? chosen.length : ''}
          </Button>
        </div>
      )}
      <Shown answered={motions}>
        {() =>
          all.length === 0 ? (
            <NoMotions />
          ) : (
            <Cards motions={all} sought={sought} chosen={chosen} onChoose={setChosen} />
          )
        }
      </Shown>
      {all.length > 0 && <ImportMotions />}
    </View>
  );
}

function NoMotions() {
  return (
    <>
      <Empty
        icon="motion"
        title="Teach lamp its first motion"
        actions={
          <ButtonLink look="main" icon="add" href="#/new/motion">
            Teach a motion
          </ButtonLink>
        }
      >
        <p>
          Bring 5 to 20 short clips that show the same motion: horses galloping, flags waving, a camera going
          around things.
        </p>
        <p>lamp learns what they have in common. Then describe something new, and it moves that way.</p>
      </Empty>
      <ImportMotions />
    </>
  );
}

function Cards({
  motions,
  sought,
  chosen,
  onChoose,
}: {
  readonly motions: readonly ApiMotion[];
  readonly sought: string;
  readonly chosen: readonly string[] | undefined;
  readonly onChoose: (chosen: readonly string[]) => void;
}) {
  const words = sought.toLowerCase();
  const found = motions.filter(({ title, prompt = '', base = '' }) =>
    `${title} ${prompt} ${base}`.toLowerCase().includes(words),
  );
  if (found.length === 0) return <p className="quiet">No motion is called that.</p>;
  return (
    <ul className="cards">
      {found.map((motion) => (
        <li key={motion.id}>
          <MotionCard
            motion={motion}
            choice={
              chosen && {
                isChosen: chosen.includes(motion.id),
                choose: (isChosen) =>
                  onChoose(isChosen ? [...chosen, motion.id] : chosen.filter((id) => id !== motion.id)),
              }
            }
          />
        </li>
      ))}
    </ul>
  );
}

interface Choice {
  readonly isChosen: boolean;
  readonly choose: (isChosen: boolean) => void;
}

function MotionCard({ motion, choice }: { readonly motion: ApiMotion; readonly choice: Choice | undefined }) {
  const { id, title, state, steps, wantedSteps, base, bytes, changed } = motion;
  const progress = useProgress(motion.job);
  const open = state === 'learning' || state === 'waiting';
  const trains = progress?.stage === 'training';
  return (
    <article className="card">
      <MovingPicture loop={motion.preview} alt="" />
      {choice && (
        <label className="card-choice check">
          <input
            type="checkbox"
            checked={choice.isChosen}
            onChange={(event) => choice.choose(event.target.checked)}
          />
          <span className="hidden">Compare {title}</span>
        </label>
      )}
      <div className="card-text">
        <div className="card-head">
          <h2>
            <a href={`#/motions/${id}`}>{title}</a>
          </h2>
          <MotionMenu motion={motion} />
        </div>
        {open && (
          <ProgressBar
            share={
              state === 'waiting'
                ? 0
                : shareOf(trains ? progress : { done: steps ?? 0, total: wantedSteps ?? 0 })
            }
            label={`Training of ${title}`}
          />
        )}
        <p className="facts">
          <span className={`state state-${state === 'learning' ? 'running' : state}`}>
            {motionStateWords[state]}
          </span>
          {steps !== undefined && (
            <span>
              {steps}
              {wantedSteps !== undefined && wantedSteps !== steps && ` of ${wantedSteps}`} steps
            </span>
          )}
          {bytes !== undefined && <span>{sizeOf(bytes)}</span>}
          {base && <span>{base}</span>}
          {changed && <span>{timeAgo(changed)}</span>}
        </p>
        {motion.usable && (
          <ButtonLink icon="video" href={`#/new/video?motion=${id}`}>
            Make a video
          </ButtonLink>
        )}
      </div>
    </article>
  );
}

/** What can be done with a motion besides looking at it. */
export function MotionMenu({ motion, after }: { readonly motion: ApiMotion; readonly after?: () => void }) {
  const { id, title, state, kind, usable } = motion;
  const rests = state !== 'learning';
  return (
    <Menu label={`More for ${title}`}>
      {usable && (
        <ButtonLink look="plain" icon="download" download href={addressOf('exportMotion', { id })}>
          Export the motion file
        </ButtonLink>
      )}
      {kind === 'run' && (
        <ButtonLink look="plain" icon="copy" href={`#/new/motion?from=${id}`}>
          New, with these settings
        </ButtonLink>
      )}
      {usable && (
        <ButtonLink look="plain" icon="motion" href={`#/new/motion?start=${id}`}>
          New, beginning with this motion
        </ButtonLink>
      )}
      {kind === 'run' && state === 'done' && (
        <Button
          look="plain"
          icon="check"
          onClick={async () => {
            const { freed } = await ask('tidyMotions', { body: { motions: [id] } });
            outdate('motions');
            tell({ text: freed > 0 ? `${sizeOf(freed)} are free again.` : 'There was nothing to tidy up.' });
          }}
        >
          Tidy up
        </Button>
      )}
      <Button
        look="plain"
        icon="trash"
        disabled={!rests}
        onClick={async () => {
          const { trash } = await ask('deleteMotion', { ids: { id } });
          outdate('motions', 'jobs', 'trash');
          tellDeleted(title, trash);
          after?.();
        }}
      >
        {rests ? 'Delete' : 'Delete (stop it first)'}
      </Button>
    </Menu>
  );
}

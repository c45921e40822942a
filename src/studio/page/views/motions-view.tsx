/** @file All motions: what they look like, what became of their training, and what can be done with them. */
import type { ApiMotion } from '../../api/motion-api.ts';
import { useAnswer, useProgress } from '../core/studio-state.ts';
import { goTo } from '../core/use-route.ts';
import { motionStateWords, shareOf, sizeOf, timeAgo } from '../core/wording.ts';
import { ButtonLink } from '../parts/button.tsx';
import { CardChoice, ChosenNote, GalleryActions, type GalleryUse, useGallery } from '../parts/gallery.tsx';
import { ImportMotions } from '../parts/import-motions.tsx';
import { MotionMenu } from '../parts/motion-menu.tsx';
import { MovingPicture } from '../parts/moving-picture.tsx';
import { ProgressBar } from '../parts/progress-bar.tsx';
import { Empty, Shown, View } from '../parts/view.tsx';

/** Trainings that compare at most: more would not be told apart. */
const mostCompared = 4;

/** The view. */
export function MotionsView() {
  const motions = useAnswer('motions');
  const gallery = useGallery();
  const all = motions.data?.motions ?? [];
  return (
    <View
      title="Motions"
      lead="What lamp has learned from your clips."
      actions={
        <>
          <GalleryActions gallery={gallery} label="Search motions" count={all.length} />
          {all.length > 0 && (
            <ButtonLink look="main" icon="add" href="#/new/motion">
              Teach a motion
            </ButtonLink>
          )}
        </>
      }
    >
      <ChosenNote
        gallery={gallery}
        least={2}
        most={mostCompared}
        label={`Compare ${(gallery.chosen?.length ?? 0) > 1 ? gallery.chosen!.length : ''}`.trim()}
        onCompare={(chosen) => goTo(['compare'], { motions: chosen.join(',') })}
      >
        Choose two to four trainings: their losses and samples are then shown side by side.
      </ChosenNote>
      <Shown answered={motions}>
        {() => (all.length === 0 ? <NoMotions /> : <Cards motions={all} gallery={gallery} />)}
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
          Add 5 to 20 short clips that show the same motion: horses galloping, flags waving, a camera going
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
  gallery: { sought, chosen, choose },
}: {
  readonly motions: readonly ApiMotion[];
  readonly gallery: GalleryUse;
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
          <MotionCard motion={motion} isChosen={chosen?.includes(motion.id)} onChoose={choose} />
        </li>
      ))}
    </ul>
  );
}

function MotionCard({
  motion,
  isChosen,
  onChoose,
}: {
  readonly motion: ApiMotion;
  readonly isChosen: boolean | undefined;
  readonly onChoose: GalleryUse['choose'];
}) {
  const { id, title, state, steps, wantedSteps, base, bytes, changed } = motion;
  const progress = useProgress(motion.job);
  const open = state === 'learning' || state === 'waiting';
  const trains = progress?.stage === 'training';
  return (
    <article className="card">
      <MovingPicture loop={motion.preview} alt="" />
      <CardChoice isChosen={isChosen} title={title} onChoose={(isNow) => onChoose(id, isNow)} />
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

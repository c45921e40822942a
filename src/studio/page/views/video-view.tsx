/** @file One video: playing, how it was made, and what can be done with it. */
import type { GivenForm } from '../../api/form-api.ts';
import { type AnswerOf, addressOf } from '../../api/routes.ts';
import { downloadFormats } from '../../api/video-api.ts';
import { ask, saveMade } from '../core/api-client.ts';
import { canChange, changeForm } from '../core/hand-over.ts';
import { tell } from '../core/messages.ts';
import { outdate, useAnswer } from '../core/studio-state.ts';
import { goTo } from '../core/use-route.ts';
import { randomSeed } from '../core/video-forms.ts';
import { countOf, sizeOf, timeAgo } from '../core/wording.ts';
import { Button, ButtonLink } from '../parts/button.tsx';
import { CommandBox } from '../parts/command-box.tsx';
import { EditableTitle } from '../parts/editable-title.tsx';
import { MadeByFacts } from '../parts/made-by-facts.tsx';
import { useCalm } from '../parts/moving-picture.tsx';
import { PlayersTogether } from '../parts/players-together.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import { VideoPlayer } from '../parts/video-player.tsx';
import { Shown, View } from '../parts/view.tsx';
import { deleteVideo } from './videos-view.tsx';

type Detail = AnswerOf<'video'>;
type Facts = AnswerOf<'videoFacts'>;

/** The view of one video. */
export function VideoView({ id }: { readonly id: string }) {
  const answered = useAnswer('video', { ids: { id } });
  const { data } = answered;
  const rename = async (title: string) => {
    await ask('renameVideo', { ids: { id }, body: { title } });
    outdate('videos');
  };
  return (
    <View
      title={data?.title ?? 'Video'}
      heading={data && <EditableTitle title={data.title} onChange={rename} />}
      back={{ href: '#/videos', label: 'Videos' }}
      lead={data?.prompt && data.prompt !== data.title ? data.prompt : undefined}
    >
      <Shown answered={answered}>{(video) => <Content video={video} />}</Shown>
    </View>
  );
}

function Content({ video }: { readonly video: Detail }) {
  const { id, command } = video;
  const answered = useAnswer('videoFacts', { ids: { id } });
  const form = answered.data?.madeBy?.form as GivenForm | undefined;
  const again = async () => {
    const settings = { ...form!.settings, seed: randomSeed() };
    await ask('putJobs', { body: { forms: [{ ...form!, settings }] } });
    outdate('jobs');
    tell({ text: 'It is in the queue again, with another seed.' });
    goTo(['queue']);
  };
  return (
    <div className="columns">
      <div className="stack">
        {answered.data?.problem && <ProblemNote problem={answered.data.problem} />}
        <Player video={video} facts={answered.data} />
        <div className="actions">
          {form && (
            <Button icon="repeat" onClick={again}>
              Same again, another seed
            </Button>
          )}
          {canChange(form) && (
            <Button icon="edit" onClick={() => changeForm(form)}>
              Again, but…
            </Button>
          )}
          <ButtonLink icon="clip" href={`#/new/edit?clip=${id}`}>
            Edit it
          </ButtonLink>
          <Button
            look="danger"
            icon="trash"
            onClick={async () => {
              await deleteVideo(id);
              goTo(['videos']);
            }}
          >
            Delete
          </Button>
        </div>
        {command && <CommandBox command={command} />}
      </div>
      <div className="stack">
        <section className="panel" aria-labelledby="download">
          <h2 id="download">Download</h2>
          <div className="actions">
            {downloadFormats.map((as) => (
              <Download key={as} video={video} as={as} />
            ))}
          </div>
        </section>
        <section className="panel" aria-labelledby="made">
          <h2 id="made">How it was made</h2>
          <Shown answered={answered}>{(facts) => <HowMade video={video} facts={facts} />}</Shown>
        </section>
      </div>
    </div>
  );
}

function HowMade({
  video: { bytes, made },
  facts: { width, height, frames, framesPerSecond, madeBy },
}: {
  readonly video: Detail;
  readonly facts: Facts;
}) {
  return (
    <>
      <p className="facts">
        {width !== undefined && height !== undefined && (
          <span>
            {width} × {height}
          </span>
        )}
        {frames !== undefined && <span>{countOf(frames, 'frame')}</span>}
        {framesPerSecond !== undefined && <span>{Math.round(framesPerSecond * 100) / 100} a second</span>}
        <span>{sizeOf(bytes)}</span>
        <span>{timeAgo(made)}</span>
      </p>
      {madeBy ? (
        <MadeByFacts made={madeBy} />
      ) : (
        <p className="quiet">The file says nothing of how it was made.</p>
      )}
    </>
  );
}

/** Saves the video in a format. Another one than its own is made first, which shows. */
function Download({
  video: { id, format },
  as,
}: {
  readonly video: Detail;
  readonly as: (typeof downloadFormats)[number];
}) {
  const words = as === 'png' ? 'All frames (png)' : as;
  const href = addressOf('downloadVideo', { id }, as === format ? {} : { as });
  return as === format ? (
    <ButtonLink download icon="download" href={href}>
      {words}
    </ButtonLink>
  ) : (
    <Button icon="download" onClick={() => saveMade(href)}>
      {words}
    </Button>
  );
}

/** The video; an edit beside what it was made from, playing together. */
function Player({ video, facts }: { readonly video: Detail; readonly facts: Facts | undefined }) {
  const { title, format, plays, before, isEdit } = video;
  const isCalm = useCalm();
  if (before !== undefined) {
    const shape = facts?.width && facts.height ? facts.width / facts.height : undefined;
    return (
      <PlayersTogether
        one={{ video: { webm: before }, name: 'Before', label: 'The clip before', caption: 'Before' }}
        other={{ video, shape, name: 'edited', label: title, caption: 'Edited' }}
      />
    );
  }
  return (
    <figure className="player">
      {format === 'gif' ? (
        <img src={plays} alt={title} />
      ) : (
        <VideoPlayer video={video} label={title} controls loop autoPlay={!isCalm} />
      )}
      {isEdit && <figcaption>The clip that was edited is no longer here.</figcaption>}
    </figure>
  );
}

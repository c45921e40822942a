/** @file One video: playing, how it was made, and what can be done with it. */
import type { GivenForm } from '../../api/form-api.ts';
import { addressOf } from '../../api/routes.ts';
import { downloadFormats } from '../../api/video-api.ts';
import { ask } from '../core/api-client.ts';
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

type Detail = NonNullable<ReturnType<typeof useAnswer<'video'>>['data']>;

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
  const { id, format, madeBy, command, problem } = video;
  const form = madeBy?.form as GivenForm | undefined;
  const again = async () => {
    const settings = { ...form!.settings, seed: randomSeed() };
    await ask('putJobs', { body: { forms: [{ ...form!, settings }] } });
    outdate('jobs');
    tell({ text: 'It is being made again, with another seed.' });
    goTo(['queue']);
  };
  return (
    <div className="columns">
      <div className="stack">
        {problem && <ProblemNote problem={problem} />}
        <Player video={video} isEdit={form?.kind === 'edit'} />
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
              <ButtonLink
                key={as}
                download
                icon="download"
                href={addressOf('downloadVideo', { id }, as === format ? {} : { as })}
              >
                {as === 'png' ? 'All frames (png)' : as}
              </ButtonLink>
            ))}
          </div>
        </section>
        <section className="panel" aria-labelledby="made">
          <h2 id="made">How it was made</h2>
          <p className="facts">
            {video.width !== undefined && video.height !== undefined && (
              <span>
                {video.width} × {video.height}
              </span>
            )}
            {video.frames !== undefined && <span>{countOf(video.frames, 'frame')}</span>}
            {video.framesPerSecond !== undefined && (
              <span>{Math.round(video.framesPerSecond * 100) / 100} a second</span>
            )}
            <span>{sizeOf(video.bytes)}</span>
            <span>{timeAgo(video.made)}</span>
          </p>
          {madeBy ? (
            <MadeByFacts made={madeBy} />
          ) : (
            <p className="quiet">The file says nothing of how it was made.</p>
          )}
        </section>
      </div>
    </div>
  );
}

/** The video; an edit beside what it was made from, playing together. */
function Player({ video, isEdit }: { readonly video: Detail; readonly isEdit: boolean }) {
  const { title, format, plays, before } = video;
  const isCalm = useCalm();
  if (before !== undefined) {
    const shape = video.width && video.height ? video.width / video.height : undefined;
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

/** @file The gallery: all videos, of which only those play that are seen. */
import { useEffect, useRef, useState } from 'react';
import type { ApiVideo } from '../../api/video-api.ts';
import { ask } from '../core/api-client.ts';
import { tellDeleted } from '../core/messages.ts';
import { outdate, useAnswer } from '../core/studio-state.ts';
import { goTo } from '../core/use-route.ts';
import { countOf, sizeOf, timeAgo } from '../core/wording.ts';
import { Button, ButtonLink } from '../parts/button.tsx';
import { GalleryTabs } from '../parts/gallery-tabs.tsx';
import { MadeByDrop } from '../parts/made-by-drop.tsx';
import { Menu } from '../parts/menu.tsx';
import { MovingPicture } from '../parts/moving-picture.tsx';
import { SearchField } from '../parts/search-field.tsx';
import { Empty, Shown, View } from '../parts/view.tsx';

const page = 60;

/** The view. */
export function VideosView() {
  const [count, setCount] = useState(page);
  const videos = useAnswer('videos', { query: { count: Math.min(500, count) } });
  const [sought, setSought] = useState('');
  const [chosen, setChosen] = useState<readonly string[]>();
  const all = videos.data?.all ?? 0;
  return (
    <View
      title="Videos"
      lead={all > 0 ? countOf(all, 'video') : 'What you make with your motions.'}
      actions={
        <>
          {all > 1 && <SearchField label="Search videos" value={sought} onChange={setSought} />}
          {all > 1 && (
            <Button
              icon="compare"
              pressed={chosen !== undefined}
              onClick={() => setChosen(chosen === undefined ? [] : undefined)}
            >
              Compare
            </Button>
          )}
          {all > 0 && (
            <ButtonLink look="main" icon="add" href="#/new/video">
              Make a video
            </ButtonLink>
          )}
        </>
      }
    >
      <GalleryTabs now="videos" />
      {chosen && (
        <div className="note">
          <p>Choose two videos: they are then shown playing together.</p>
          <Button
            disabled={chosen.length !== 2}
            onClick={() => goTo(['videos', 'compare'], { videos: chosen.join(',') })}
          >
            Compare the two
          </Button>
        </div>
      )}
      <Shown answered={videos}>
        {(data) =>
          data.all === 0 ? (
            <Empty
              icon="video"
              title="No video yet"
              actions={
                <ButtonLink look="main" icon="add" href="#/new/video">
                  Make a video
                </ButtonLink>
              }
            >
              <p>Choose a motion that lamp has learned, and say what is to move that way.</p>
            </Empty>
          ) : (
            <>
              <Gallery videos={data.videos} sought={sought} chosen={chosen} onChoose={setChosen} />
              {data.videos.length < data.all && <More onSeen={() => setCount(data.videos.length + page)} />}
            </>
          )
        }
      </Shown>
      <MadeByDrop />
    </View>
  );
}

function Gallery({
  videos,
  sought,
  chosen,
  onChoose,
}: {
  readonly videos: readonly ApiVideo[];
  readonly sought: string;
  readonly chosen: readonly string[] | undefined;
  readonly onChoose: (chosen: readonly string[]) => void;
}) {
  const words = sought.toLowerCase();
  const found = videos.filter(({ title, prompt = '' }) => `${title} ${prompt}`.toLowerCase().includes(words));
  if (found.length === 0) return <p className="quiet">No video is called that.</p>;
  return (
    <ul className="cards cards-small">
      {found.map((video) => (
        <li key={video.id}>
          <VideoCard
            video={video}
            isChosen={chosen?.includes(video.id)}
            onChoose={(isChosen) =>
              onChoose(
                isChosen ? [...(chosen ?? []), video.id] : (chosen ?? []).filter((id) => id !== video.id),
              )
            }
          />
        </li>
      ))}
    </ul>
  );
}

function VideoCard({
  video,
  isChosen,
  onChoose,
}: {
  readonly video: ApiVideo;
  readonly isChosen: boolean | undefined;
  readonly onChoose: (isChosen: boolean) => void;
}) {
  const { id, title, loop, still, made, bytes, format } = video;
  return (
    <article className="card">
      <MovingPicture loop={loop} still={still} alt="" />
      {isChosen !== undefined && (
        <label className="card-choice check">
          <input type="checkbox" checked={isChosen} onChange={(event) => onChoose(event.target.checked)} />
          <span className="hidden">Compare {title}</span>
        </label>
      )}
      <div className="card-text">
        <div className="card-head">
          <h2>
            <a href={`#/videos/${id}`}>{title}</a>
          </h2>
          <Menu label={`More for ${title}`}>
            <ButtonLink look="plain" icon="download" download href={`/api/videos/${id}/download`}>
              Download ({format})
            </ButtonLink>
            <Button look="plain" icon="trash" onClick={() => deleteVideo(id)}>
              Delete
            </Button>
          </Menu>
        </div>
        <p className="facts">
          <span>{timeAgo(made)}</span>
          <span>{sizeOf(bytes)}</span>
        </p>
      </div>
    </article>
  );
}

/** Deletes a video, which can be had back. */
export async function deleteVideo(id: string): Promise<void> {
  const { trash, title } = await ask('deleteVideo', { ids: { id } });
  outdate('videos', 'trash', 'jobs');
  tellDeleted(title, trash);
}

/** Asks for more as soon as the end of the list is near. */
function More({ onSeen }: { readonly onSeen: () => void }) {
  const end = useRef<HTMLDivElement>(null);
  const call = useRef(onSeen);
  call.current = onSeen;
  useEffect(() => {
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) call.current();
      },
      { rootMargin: '600px' },
    );
    if (end.current) observer.observe(end.current);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={end}>
      <Button onClick={onSeen}>Show more</Button>
    </div>
  );
}

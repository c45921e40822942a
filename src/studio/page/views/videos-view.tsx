/** @file The gallery: all videos, of which only those play that are seen. */
import { memo, useEffect, useRef, useState } from 'react';
import type { ApiVideo } from '../../api/video-api.ts';
import { mostListed } from '../../api/video-api.ts';
import { ask } from '../core/api-client.ts';
import { tellDeleted } from '../core/messages.ts';
import { outdate, useAnswer } from '../core/studio-state.ts';
import { useLast } from '../core/use-last.ts';
import { goTo } from '../core/use-route.ts';
import { countOf, sizeOf, timeAgo } from '../core/wording.ts';
import { Button, ButtonLink } from '../parts/button.tsx';
import { CardChoice, ChosenNote, GalleryActions, type GalleryUse, useGallery } from '../parts/gallery.tsx';
import { GalleryTabs } from '../parts/gallery-tabs.tsx';
import { MadeByDrop } from '../parts/made-by-drop.tsx';
import { Menu } from '../parts/menu.tsx';
import { MovingPicture } from '../parts/moving-picture.tsx';
import { Empty, Shown, View } from '../parts/view.tsx';

/** Videos that are asked for at first; then as many again as there are, whenever the end comes near. */
const first = 60;

/** The view. */
export function VideosView() {
  const gallery = useGallery();
  const [count, setCount] = useState(first);
  const sought = gallery.sought.trim();
  const question = { count: Math.min(mostListed, count), ...(sought !== '' && { sought }) };
  // While more is asked for, or something else, what is there stays.
  const videos = useLast(useAnswer('videos', { query: question }));
  const all = videos.data?.all ?? 0;
  const isEmpty = sought === '' && all === 0;
  return (
    <View
      title="Videos"
      lead={isEmpty ? 'What you make with your motions.' : countOf(all, 'video')}
      actions={
        <>
          <GalleryActions gallery={gallery} label="Search videos" count={all} />
          {!isEmpty && (
            <ButtonLink look="main" icon="add" href="#/new/video">
              Make a video
            </ButtonLink>
          )}
        </>
      }
    >
      <GalleryTabs now="videos" />
      <ChosenNote
        gallery={gallery}
        least={2}
        most={2}
        label="Compare the two"
        onCompare={(chosen) => goTo(['videos', 'compare'], { videos: chosen.join(',') })}
      >
        Choose two videos: they are then shown playing together.
      </ChosenNote>
      <Shown answered={videos}>
        {(data) =>
          isEmpty ? (
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
              <Gallery videos={data.videos} gallery={gallery} />
              {data.videos.length < Math.min(mostListed, data.all) && (
                <More onSeen={() => setCount(2 * data.videos.length)} />
              )}
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
  gallery: { chosen, choose },
}: {
  readonly videos: readonly ApiVideo[];
  readonly gallery: GalleryUse;
}) {
  if (videos.length === 0) return <p className="quiet">No video is called that.</p>;
  return (
    <ul className="cards cards-small">
      {videos.map((video) => (
        <li key={video.id}>
          <VideoCard video={video} isChosen={chosen?.includes(video.id)} onChoose={choose} />
        </li>
      ))}
    </ul>
  );
}

/** Drawn again only where what it shows has changed, since there may be many. */
const VideoCard = memo(
  Card,
  (before, now) =>
    before.isChosen === now.isChosen && JSON.stringify(before.video) === JSON.stringify(now.video),
);

function Card({
  video: { id, title, loop, still, made, bytes, format },
  isChosen,
  onChoose,
}: {
  readonly video: ApiVideo;
  readonly isChosen: boolean | undefined;
  readonly onChoose: GalleryUse['choose'];
}) {
  return (
    <article className="card">
      <MovingPicture loop={loop} still={still} alt="" />
      <CardChoice isChosen={isChosen} title={title} onChoose={(isNow) => onChoose(id, isNow)} />
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

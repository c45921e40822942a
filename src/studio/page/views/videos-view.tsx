/** @file The gallery: all videos, of which only those play that are seen. */
import { memo, useEffect, useRef, useState } from 'react';
import type { ApiVideo } from '../../api/video-api.ts';
import { mostListed } from '../../api/video-api.ts';
import { ask } from '../core/api-client.ts';
import { tellDeleted } from '../core/messages.ts';
import { outdate, useAnswer } from '../core/studio-state.ts';
import { useLast } from '../core/use-last.ts';
import { goTo } from '../core/use-route.ts';
import { watcher } from '../core/watch-seen.ts';
import { countOf, sizeOf, timeAgo } from '../core/wording.ts';
import { Button, ButtonLink } from '../parts/button.tsx';
import { CardChoice, ChosenNote, GalleryActions, type GalleryUse, useGallery } from '../parts/gallery.tsx';
import { GalleryTabs } from '../parts/gallery-tabs.tsx';
import { MadeByDrop } from '../parts/made-by-drop.tsx';
import { Menu } from '../parts/menu.tsx';
import { MovingPicture } from '../parts/moving-picture.tsx';
import { Empty, Shown, View } from '../parts/view.tsx';

/**
 * Videos that are asked for at first, and so many more whenever the end comes near. Rows of up to six cards are full with
 * so many.
 */
const page = 60;

/** The view. */
export function VideosView() {
  const gallery = useGallery();
  const [count, setCount] = useState(page);
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
                // Seen anew with each page: who scrolls fast never leaves the end.
                <More key={data.videos.length} onSeen={() => setCount(data.videos.length + page)} />
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
  const pages = Array.from({ length: Math.ceil(videos.length / page) }, (_, i) =>
    videos.slice(page * i, page * (i + 1)),
  );
  return (
    <div className="card-pages">
      {pages.map((some) => (
        <CardPage
          key={some[0]!.id}
          videos={some}
          chosen={chosen && some.flatMap(({ id }) => (chosen.includes(id) ? id : []))}
          onChoose={choose}
        />
      ))}
    </div>
  );
}

interface CardPageProps {
  readonly videos: readonly ApiVideo[];
  readonly chosen: readonly string[] | undefined;
  readonly onChoose: GalleryUse['choose'];
}

/** Screens above and below in which cards are there, since there may be very many. */
const watchNear = watcher('150%');
/** Pixels of a page's height, as long as it has not been seen. */
const usualHeight = 4200;

/** A page of cards, which is empty while it is far from what is seen. Drawn again only where it shows something else. */
const CardPage = memo(CardsOfPage, (before, now) => {
  const shown = ({ videos, chosen }: CardPageProps) => JSON.stringify([videos, chosen]);
  return before.onChoose === now.onChoose && shown(before) === shown(now);
});

function CardsOfPage({ videos, chosen, onChoose }: CardPageProps) {
  const list = useRef<HTMLUListElement>(null);
  const [isNear, setNear] = useState(true);
  const height = useRef(usualHeight);
  useEffect(
    () =>
      watchNear(list.current!, (isNow, now) => {
        if (!isNow && now > 0) height.current = now;
        setNear(isNow);
      }),
    [],
  );
  return (
    <ul ref={list} className="cards cards-small" style={isNear ? undefined : { height: height.current }}>
      {isNear &&
        videos.map((video) => (
          <li key={video.id}>
            <Card video={video} isChosen={chosen?.includes(video.id)} onChoose={onChoose} />
          </li>
        ))}
    </ul>
  );
}

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

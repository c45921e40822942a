/** @file Pictures: drawn, brought, or taken from videos. Several can be animated at once. */
import { useState } from 'react';
import { mostListed } from '../../api/video-api.ts';
import { ask, sendFile } from '../core/api-client.ts';
import { animatePictures } from '../core/hand-over.ts';
import { attempt, tellDeleted } from '../core/messages.ts';
import { sendEach } from '../core/send-each.ts';
import { outdate, useAnswer } from '../core/studio-state.ts';
import { countOf } from '../core/wording.ts';
import { Button } from '../parts/button.tsx';
import { DropZone } from '../parts/drop-zone.tsx';
import { GalleryTabs } from '../parts/gallery-tabs.tsx';
import { Empty, Shown, View } from '../parts/view.tsx';

/** The view. */
export function PicturesView() {
  const [most, setMost] = useState(100);
  const pictures = useAnswer('pictures', { query: { count: most } });
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const remove = async () => {
    for (const id of chosen) {
      const { trash, title } = await ask('deletePicture', { ids: { id } });
      tellDeleted(title, trash);
    }
    setChosen([]);
    outdate('pictures', 'trash');
  };
  return (
    <View
      title="Pictures"
      lead="First frames: videos can begin with any of them."
      actions={
        chosen.length > 0 && (
          <>
            <Button icon="trash" onClick={remove}>
              Delete {chosen.length}
            </Button>
            <Button look="main" icon="video" onClick={() => animatePictures(chosen)}>
              Animate {countOf(chosen.length, 'picture')}
            </Button>
          </>
        )
      }
    >
      <GalleryTabs now="pictures" />
      <Shown answered={pictures}>
        {(data) =>
          data.all === 0 ? (
            <Empty icon="image" title="No picture yet">
              <p>Add your own, or draw first frames when you make a video. Any of them can be animated.</p>
            </Empty>
          ) : (
            <>
              <ul className="pictures">
                {data.pictures.map(({ id, title, small }) => (
                  <li key={id}>
                    <button
                      type="button"
                      className="picture"
                      aria-pressed={chosen.includes(id)}
                      onClick={() =>
                        setChosen(
                          chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id],
                        )
                      }
                    >
                      <img src={small} alt={title} loading="lazy" />
                      <span>{title}</span>
                    </button>
                  </li>
                ))}
              </ul>
              {data.pictures.length < Math.min(mostListed, data.all) && (
                <div>
                  <Button onClick={() => setMost(Math.min(mostListed, 2 * most))}>Show more</Button>
                </div>
              )}
            </>
          )
        }
      </Shown>
      <DropZone
        small
        label="Add pictures"
        accept="image/*"
        onFiles={(files) => {
          const bring = async () => {
            await sendEach(
              files.map(({ file }) => file),
              (file) => sendFile('uploadPicture', file, { query: { name: file.name } }),
            );
            outdate('pictures');
          };
          attempt(bring());
        }}
      >
        <span className="quiet">Drop pictures here.</span>
      </DropZone>
    </View>
  );
}

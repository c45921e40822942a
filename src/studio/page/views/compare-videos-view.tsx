/** @file Two videos beside each other, playing together. */
import { useAnswer } from '../core/studio-state.ts';
import { PlayersTogether } from '../parts/players-together.tsx';
import { Shown, View } from '../parts/view.tsx';

/** The view. */
export function CompareVideosView({ ids: [a = '', b = ''] }: { readonly ids: readonly string[] }) {
  const one = useAnswer('video', { ids: { id: a } });
  const other = useAnswer('video', { ids: { id: b } });
  const played = (name: string, video: NonNullable<typeof one.data>) => ({
    video,
    name,
    label: `${name}: ${video.title}`,
    shape: video.width && video.height ? video.width / video.height : undefined,
    caption: (
      <>
        {name}: <a href={`#/videos/${video.id}`}>{video.title}</a>
      </>
    ),
  });
  return (
    <View title="Compare videos" back={{ href: '#/videos', label: 'Videos' }}>
      <Shown answered={one}>
        {(first) => (
          <Shown answered={other}>
            {(second) => <PlayersTogether one={played('A', first)} other={played('B', second)} />}
          </Shown>
        )}
      </Shown>
    </View>
  );
}

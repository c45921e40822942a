/** @file Two videos beside each other, playing together. */
import { useAnswer } from '../core/studio-state.ts';
import { PlayersTogether } from '../parts/players-together.tsx';
import { Shown, View } from '../parts/view.tsx';

/** Width by height of a video, once that is known. */
function useShape(id: string): number | undefined {
  const { width, height } = useAnswer('videoFacts', { ids: { id } }).data ?? {};
  return width && height ? width / height : undefined;
}

/** The view. */
export function CompareVideosView({ ids: [a = '', b = ''] }: { readonly ids: readonly string[] }) {
  const one = useAnswer('video', { ids: { id: a } });
  const other = useAnswer('video', { ids: { id: b } });
  const shapes = [useShape(a), useShape(b)];
  const played = (name: string, video: NonNullable<typeof one.data>, shape: number | undefined) => ({
    video,
    name,
    label: `${name}: ${video.title}`,
    shape,
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
            {(second) => (
              <PlayersTogether one={played('A', first, shapes[0])} other={played('B', second, shapes[1])} />
            )}
          </Shown>
        )}
      </Shown>
    </View>
  );
}

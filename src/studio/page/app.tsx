/** @file The page: navigation, and the view that the address says. */
import { Component, type ReactNode, useEffect, useRef } from 'react';
import type { Route } from './core/hash-route.ts';
import { useConnection } from './core/studio-state.ts';
import { useRoute } from './core/use-route.ts';
import { Navigation } from './parts/navigation.tsx';
import { ProblemNote } from './parts/problem.tsx';
import { Toasts } from './parts/toasts.tsx';
import { View } from './parts/view.tsx';
import { WorkWatch } from './parts/work-watch.tsx';
import { CompareMotionsView } from './views/compare-motions-view.tsx';
import { CompareVideosView } from './views/compare-videos-view.tsx';
import { JobView } from './views/job-view.tsx';
import { MachineView } from './views/machine-view.tsx';
import { MotionView } from './views/motion-view.tsx';
import { MotionsView } from './views/motions-view.tsx';
import { NewEditView } from './views/new-edit-view.tsx';
import { NewMotionView } from './views/new-motion-view.tsx';
import { NewVideoView } from './views/new-video-view.tsx';
import { NewView } from './views/new-view.tsx';
import { PicturesView } from './views/pictures-view.tsx';
import { QueueView } from './views/queue-view.tsx';
import { VideoView } from './views/video-view.tsx';
import { VideosView } from './views/videos-view.tsx';

/** The whole page. */
export function App() {
  const route = useRoute();
  const place = route.path.join('/');
  const before = useRef(place);
  useEffect(() => {
    if (before.current === place) return;
    before.current = place;
    scrollTo(0, 0);
    // Whoever came by a link hears where they are, and goes on from there with the keyboard.
    document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
  }, [place]);
  return (
    <div className="shell">
      <button type="button" className="skip" onClick={() => document.getElementById('content')?.focus()}>
        Skip to the content
      </button>
      <Navigation place={route.path[0] ?? 'motions'} />
      <main id="content" tabIndex={-1}>
        <ConnectionNote />
        <Boundary key={place}>{viewOf(route)}</Boundary>
      </main>
      <Toasts />
      <WorkWatch />
    </div>
  );
}

function viewOf({ path: [place = 'motions', item], query }: Route): ReactNode {
  switch (place) {
    case 'motions':
      return item === undefined ? <MotionsView /> : <MotionView id={item} />;
    case 'compare':
      return <CompareMotionsView ids={query.get('motions')?.split(',') ?? []} />;
    case 'new':
      if (item === 'motion') return <NewMotionView query={query} />;
      if (item === 'video') return <NewVideoView query={query} />;
      if (item === 'edit') return <NewEditView query={query} />;
      return <NewView />;
    case 'videos':
      if (item === 'compare') return <CompareVideosView ids={query.get('videos')?.split(',') ?? []} />;
      return item === undefined ? <VideosView /> : <VideoView id={item} />;
    case 'pictures':
      return <PicturesView />;
    case 'jobs':
      return <JobView id={item ?? ''} />;
    case 'queue':
      return <QueueView />;
    case 'machine':
      return <MachineView />;
    default:
      return (
        <View title="There is nothing here">
          <p>
            The address leads nowhere. <a href="#/motions">Go to the motions.</a>
          </p>
        </View>
      );
  }
}

function ConnectionNote() {
  const connection = useConnection();
  if (connection !== 'lost') return null;
  return (
    <div className="connection" role="status">
      <span className="spinner" aria-hidden="true" />
      <span>
        The studio does not answer. If it was ended, start <code>lamp studio</code> again in a terminal: work
        that had begun goes on meanwhile, and this page goes on by itself.
      </span>
    </div>
  );
}

/** Shows what went wrong in a view, and leaves the rest of the page in use. */
class Boundary extends Component<{ readonly children: ReactNode }, { readonly error?: Error }> {
  override state: { readonly error?: Error } = {};

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    const problem = {
      kind: 'PageError',
      message: `This view has a fault: ${error.message}`,
      advice: ['Load the page again. Nothing that was made is lost.'],
    };
    return <ProblemNote problem={problem} />;
  }
}

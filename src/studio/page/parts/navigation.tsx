/** @file The ways through the page: at the side, or at the bottom of a small screen. */
import { useAnswer } from '../core/studio-state.ts';
import { Icon, type IconName } from './icon.tsx';
import { RunningWork } from './running-work.tsx';

const ways: readonly { readonly to: string; readonly name: string; readonly icon: IconName }[] = [
  { to: 'motions', name: 'Motions', icon: 'motion' },
  { to: 'videos', name: 'Videos', icon: 'video' },
  { to: 'new', name: 'New', icon: 'add' },
  { to: 'queue', name: 'Queue', icon: 'queue' },
  { to: 'machine', name: 'Machine', icon: 'machine' },
];

/** `place` is the first part of the address. */
export function Navigation({ place }: { readonly place: string }) {
  const { data: studio } = useAnswer('studio');
  const { data: queue } = useAnswer('jobs');
  const open = queue?.jobs.filter(({ state }) => state === 'running' || state === 'waiting').length ?? 0;
  return (
    <header className="side">
      <a className="brand" href="#/motions">
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <path className="brand-shade" d="M16 4 7 18h18z" />
          <path className="brand-foot" d="M14.6 18h2.800v8h-2.800zM10 26h12v2H10z" />
        </svg>
        <span className="brand-name">
          lamp studio
          {studio && <span className="brand-folder">{studio.name}</span>}
        </span>
      </a>
      <nav aria-label="Main">
        <ul>
          {ways.map(({ to, name, icon }) => (
            <li key={to}>
              <a href={`#/${to}`} aria-current={sameWay(place, to) ? 'page' : undefined}>
                <Icon name={icon} />
                <span>{name}</span>
                {to === 'queue' && open > 0 && (
                  <span className="badge">
                    {open}
                    <span className="hidden"> open</span>
                  </span>
                )}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <RunningWork jobs={queue?.jobs ?? []} paused={queue?.paused ?? false} />
    </header>
  );
}

function sameWay(place: string, to: string): boolean {
  const belongs: Record<string, string> = { pictures: 'videos', compare: 'motions', jobs: 'queue' };
  return place === to || belongs[place] === to;
}

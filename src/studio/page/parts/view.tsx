/** @file The frame of every view: its title, its actions, and what it shows while it knows nothing yet. */
import { type ReactNode, useEffect } from 'react';
import type { Answered } from '../core/answer-cache.ts';
import { Icon, type IconName } from './icon.tsx';
import { ProblemNote } from './problem.tsx';

/** A view. */
export function View({
  title,
  heading,
  back,
  lead,
  actions,
  children,
}: {
  readonly title: string;
  /** In the place of the title, where it can be changed. */
  readonly heading?: ReactNode;
  readonly back?: { readonly href: string; readonly label: string };
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  useEffect(() => {
    setViewTitle(title);
  }, [title]);
  return (
    <div className="view">
      <header className="view-head">
        <div className="view-title">
          {back && (
            <a className="back" href={back.href}>
              <Icon name="back" />
              {back.label}
            </a>
          )}
          <h1 tabIndex={-1}>{heading ?? title}</h1>
          {lead && <p className="lead">{lead}</p>}
        </div>
        {actions && <div className="actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

let viewTitle = '';
let work = '';

function setViewTitle(title: string): void {
  viewTitle = title;
  writeTitle();
}

/** Says in the title of the tab how far work is. */
export function setWorkTitle(text: string): void {
  work = text;
  writeTitle();
}

function writeTitle(): void {
  document.title = [work, viewTitle, 'lamp studio'].filter(Boolean).join(' · ');
}

/** Shows an answer: a placeholder as long as it is not known, and what went wrong. */
export function Shown<T>({
  answered,
  children,
}: {
  readonly answered: Answered<T>;
  readonly children: (data: T) => ReactNode;
}) {
  const { data, problem } = answered;
  return (
    <>
      {problem && <ProblemNote problem={problem} />}
      {data !== undefined ? children(data) : !problem && <Waiting />}
    </>
  );
}

/** A sign that something is being fetched; it appears after a moment only. */
export function Waiting({ text = 'Loading…' }: { readonly text?: string }) {
  return (
    <p className="waiting" role="status">
      <span className="spinner" aria-hidden="true" />
      {text}
    </p>
  );
}

/** What is shown where there is nothing yet: what belongs here, and how it gets here. */
export function Empty({
  icon,
  title,
  children,
  actions,
}: {
  readonly icon: IconName;
  readonly title: string;
  readonly children: ReactNode;
  readonly actions?: ReactNode;
}) {
  return (
    <section className="empty">
      <span className="empty-icon">
        <Icon name={icon} />
      </span>
      <h2>{title}</h2>
      <div className="empty-text">{children}</div>
      {actions && <div className="actions">{actions}</div>}
    </section>
  );
}

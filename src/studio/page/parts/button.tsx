/** @file Buttons, and links that look like them. */
import { type ReactNode, useState } from 'react';
import { problemOf } from '../core/api-client.ts';
import { tell } from '../core/messages.ts';
import { Icon, type IconName } from './icon.tsx';

interface Look {
  readonly icon?: IconName;
  /** `main`: what a view is for. `plain`: without a frame. */
  readonly look?: 'main' | 'plain' | 'danger';
  readonly children?: ReactNode;
  /** What a button without text does. */
  readonly label?: string;
}

const classOf = ({ look, children }: Look) =>
  ['button', look ? `button-${look}` : '', children === undefined ? 'button-icon' : ''].join(' ').trim();

/** A button. What it does may take its time: it shows that it works, and says what went wrong. */
export function Button({
  onClick,
  disabled,
  pressed,
  submit,
  ...look
}: Look & {
  readonly onClick?: () => unknown;
  readonly disabled?: boolean;
  readonly pressed?: boolean;
  readonly submit?: boolean;
}) {
  const [busy, setBusy] = useState(false);
  const act = async () => {
    if (busy) return;
    const result = onClick?.();
    if (!(result instanceof Promise)) return;
    setBusy(true);
    try {
      await result;
    } catch (error) {
      tell({ problem: problemOf(error) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <button
      type={submit ? 'submit' : 'button'}
      className={classOf(look)}
      onClick={act}
      disabled={disabled}
      // It keeps the focus while it works.
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      aria-pressed={pressed}
      aria-label={look.label}
      title={look.label}
    >
      {busy ? <span className="spinner" aria-hidden="true" /> : look.icon && <Icon name={look.icon} />}
      {look.children}
    </button>
  );
}

/** A link that looks like a button; with `download` the browser saves what it leads to. */
export function ButtonLink({
  href,
  download,
  ...look
}: Look & { readonly href: string; readonly download?: boolean }) {
  return (
    <a className={classOf(look)} href={href} download={download} aria-label={look.label} title={look.label}>
      {look.icon && <Icon name={look.icon} />}
      {look.children}
    </a>
  );
}

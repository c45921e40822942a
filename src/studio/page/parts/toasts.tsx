/** @file Where short messages appear: see `messages.ts`. */
import { useEffect, useState, useSyncExternalStore } from 'react';
import { dismiss, type Toast, takePlace, toastsAt, watchToasts } from '../core/messages.ts';
import { Button } from './button.tsx';
import { ProblemText } from './problem.tsx';

/** Where the messages appear, unless a dialog above has a place of its own for them. */
export function Toasts() {
  const [place] = useState(() => ({}));
  useEffect(() => takePlace(place), [place]);
  const shown = useSyncExternalStore(watchToasts, () => toastsAt(place));
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map((toast) => (
        <OneToast key={toast.key} toast={toast} />
      ))}
    </div>
  );
}

function OneToast({ toast }: { readonly toast: Toast }) {
  const close = () => dismiss(toast.key);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each message has a life of its own
  useEffect(() => {
    const timer = setTimeout(close, toast.problem ? 20_000 : toast.action ? 12_000 : 5_000);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={toast.problem ? 'toast toast-problem' : 'toast'}>
      <div className="toast-text">{toast.problem ? <ProblemText problem={toast.problem} /> : toast.text}</div>
      {toast.action && (
        <Button
          onClick={async () => {
            await toast.action?.do();
            close();
          }}
        >
          {toast.action.label}
        </Button>
      )}
      <Button look="plain" icon="close" label="Close" onClick={close} />
    </div>
  );
}

/** @file A field of a form: what it is called, its control, and what is to be known of it. */
import type { ReactNode } from 'react';

/** `id` is that of the control. */
export function Field({
  id,
  label,
  about,
  children,
}: {
  readonly id: string;
  readonly label: ReactNode;
  readonly about?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children}
      {about !== undefined && <p className="field-about">{about}</p>}
    </div>
  );
}

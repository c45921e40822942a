/** @file A text that says what is to be seen. */
import { type ReactNode, useId } from 'react';
import { Field } from './field.tsx';

/** `children` are buttons beside it, that do something with the text. */
export function PromptField({
  id: given,
  label,
  about,
  placeholder,
  value,
  rows = 1,
  onChange,
  children,
}: {
  readonly id?: string;
  readonly label: string;
  readonly about?: ReactNode;
  readonly placeholder: string;
  readonly value: string;
  /** Lines that are seen; 1: it has no more. */
  readonly rows?: number;
  readonly onChange: (value: string) => void;
  readonly children?: ReactNode;
}) {
  const own = useId();
  const id = given ?? own;
  const common = { id, className: 'input', placeholder, value };
  const text =
    rows > 1 ? (
      <textarea {...common} rows={rows} onChange={(event) => onChange(event.target.value)} />
    ) : (
      <input {...common} onChange={(event) => onChange(event.target.value)} />
    );
  return (
    <Field id={id} label={label} about={about}>
      {children === undefined ? (
        text
      ) : (
        <span className="input-unit">
          {text}
          {children}
        </span>
      )}
    </Field>
  );
}

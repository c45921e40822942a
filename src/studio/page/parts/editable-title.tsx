/** @file A title that can be changed where it stands. */
import { useEffect, useRef, useState } from 'react';
import { problemOf } from '../core/api-client.ts';
import { tell } from '../core/messages.ts';
import { Button } from './button.tsx';

/** `onChange` gives the title to the server; what it refuses is said, and the title is as before. */
export function EditableTitle({
  title,
  onChange,
}: {
  readonly title: string;
  readonly onChange: (title: string) => Promise<unknown>;
}) {
  const [text, setText] = useState<string>();
  const input = useRef<HTMLInputElement>(null);
  const editing = text !== undefined;
  useEffect(() => {
    if (editing) input.current?.select();
  }, [editing]);
  if (!editing) {
    return (
      <>
        {title} <Button look="plain" icon="edit" label="Rename" onClick={() => setText(title)} />
      </>
    );
  }
  const save = async () => {
    setText(undefined);
    if (text.trim() === '' || text === title) return;
    await onChange(text.trim()).catch((error: unknown) => tell({ problem: problemOf(error) }));
  };
  return (
    <input
      ref={input}
      className="title-input"
      aria-label="Title"
      maxLength={200}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key === 'Enter') void save();
        if (event.key === 'Escape') setText(undefined);
      }}
    />
  );
}

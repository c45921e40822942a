/** @file A place to drop files, with a button for those who choose them. */
import { type ReactNode, useRef, useState } from 'react';
import { type BroughtFile, chosenFiles, droppedFiles } from '../core/dropped-files.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

/** `accept` are the endings and types that the button offers. */
export function DropZone({
  label,
  accept,
  several = true,
  folders = false,
  small = false,
  children,
  onFiles,
}: {
  readonly label: string;
  readonly accept: string;
  readonly several?: boolean;
  readonly folders?: boolean;
  readonly small?: boolean;
  readonly children?: ReactNode;
  readonly onFiles: (files: BroughtFile[]) => void;
}) {
  const [over, setOver] = useState(false);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const give = (brought: BroughtFile[]) => {
    if (brought.length > 0) onFiles(several ? brought : brought.slice(0, 1));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the buttons within do the same for those without a mouse
    <div
      className={small ? 'drop drop-small' : 'drop'}
      data-over={over || undefined}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes('Files')) return;
        event.preventDefault();
        event.stopPropagation();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        event.stopPropagation();
        setOver(false);
        void droppedFiles(event.dataTransfer).then(give);
      }}
    >
      {!small && (
        <span className="empty-icon">
          <Icon name="upload" />
        </span>
      )}
      {children}
      <div className="actions">
        <Button {...(small ? { icon: 'upload' as const } : {})} onClick={() => files.current?.click()}>
          {label}
        </Button>
        {folders && <Button onClick={() => folder.current?.click()}>Choose a folder</Button>}
      </div>
      <input
        ref={files}
        type="file"
        className="hidden"
        tabIndex={-1}
        aria-label={label}
        accept={accept}
        multiple={several}
        onChange={({ target }) => {
          give(chosenFiles(target.files ?? []));
          target.value = '';
        }}
      />
      {folders && (
        <input
          ref={(element) => {
            element?.setAttribute('webkitdirectory', '');
            folder.current = element;
          }}
          type="file"
          className="hidden"
          tabIndex={-1}
          aria-label="Choose a folder"
          onChange={({ target }) => {
            give(chosenFiles(target.files ?? []));
            target.value = '';
          }}
        />
      )}
    </div>
  );
}

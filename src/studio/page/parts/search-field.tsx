/** @file A field to search in what is shown. */
import { Icon } from './icon.tsx';

/** Says at each key what is sought. */
export function SearchField({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (sought: string) => void;
}) {
  return (
    <span className="search">
      <Icon name="search" />
      <input
        type="search"
        className="input"
        aria-label={label}
        placeholder={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </span>
  );
}

/** @file How far something is. */

/** A bar; without a share it only shows that something goes on. */
export function ProgressBar({
  share,
  label,
}: {
  readonly share: number | undefined;
  readonly label: string;
}) {
  return (
    <progress
      className="progress"
      aria-label={label}
      max={1}
      {...(share === undefined ? {} : { value: share })}
    />
  );
}

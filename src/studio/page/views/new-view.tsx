/** @file What can be begun. */
import { Icon, type IconName } from '../parts/icon.tsx';
import { View } from '../parts/view.tsx';

const ways: readonly {
  readonly to: string;
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
}[] = [
  {
    to: 'new/motion',
    icon: 'motion',
    title: 'Teach a motion',
    text: 'From a few short clips that all move in the same way.',
  },
  {
    to: 'new/video',
    icon: 'video',
    title: 'Make a video',
    text: 'Something new, from words or a picture, that moves the way you have taught.',
  },
  {
    to: 'new/edit',
    icon: 'edit',
    title: 'Edit a video',
    text: 'The movement of a clip, with another subject or another look.',
  },
];

/** The view. */
export function NewView() {
  return (
    <View title="New" lead="What would you like to make?">
      <ul className="ways">
        {ways.map(({ to, icon, title, text }) => (
          <li key={to}>
            <a className="way" href={`#/${to}`}>
              <span className="empty-icon">
                <Icon name={icon} />
              </span>
              <strong>{title}</strong>
              <span className="quiet">{text}</span>
            </a>
          </li>
        ))}
      </ul>
    </View>
  );
}

/** @file The two parts of the gallery. */

/** Links between videos and pictures. */
export function GalleryTabs({ now }: { readonly now: 'videos' | 'pictures' }) {
  return (
    <nav className="tabs" aria-label="Gallery">
      <a href="#/videos" aria-current={now === 'videos' ? 'page' : undefined}>
        Videos
      </a>
      <a href="#/pictures" aria-current={now === 'pictures' ? 'page' : undefined}>
        Pictures
      </a>
    </nav>
  );
}

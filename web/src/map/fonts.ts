// The files behind the font names our styles may use. The page's own text uses
// the same ones, so a face is fetched once.
import italic from '@fontsource/noto-sans/files/noto-sans-latin-400-italic.woff2?url';
import regular from '@fontsource/noto-sans/files/noto-sans-latin-400-normal.woff2?url';
import semiBold from '@fontsource/noto-sans/files/noto-sans-latin-600-normal.woff2?url';

export const FONTS: Record<string, string> = {
  'Noto Sans Regular': regular,
  'Noto Sans Italic': italic,
  'Noto Sans SemiBold': semiBold,
};

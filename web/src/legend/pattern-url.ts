// A fill pattern as an image the legend can repeat: the pixels the map uses.
import { patternImage } from '../map/patterns';

const urls = new Map<string, string | null>();

/** A data: address of the pattern, or null when the name is not a pattern. */
export function patternUrl(name: string): string | null {
  const known = urls.get(name);
  if (known !== undefined) return known;
  const url = draw(name);
  urls.set(name, url);
  return url;
}

function draw(name: string): string | null {
  const image = patternImage(name);
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  if (!image || !context) return null;
  canvas.width = image.width;
  canvas.height = image.height;
  context.putImageData(new ImageData(image.data, image.width, image.height), 0, 0);
  return canvas.toDataURL();
}

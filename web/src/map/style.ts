// How styles meet: the base map gets absolute addresses and fonts, and each
// layer's own style is slid into it at the anchors the base map declares, so
// that fills stay under buildings and labels stay above everything.
import type { LayerSpecification, SourceSpecification, StyleSpecification } from 'maplibre-gl';
import type { Layer } from '../api/contract';

/** A layer to show, with the style that draws it. */
export interface Wanted {
  layer: Layer;
  style: StyleSpecification;
}

/** Where in the base map a thematic style layer belongs. */
export type Anchor = 'fills' | 'lines' | 'points';

const ANCHOR_KEY = 'traboule:anchor';

/** The separator between a layer's id and the ids its style file uses. */
const SEPARATOR = ':';

/** The id a style layer of `layerId` bears once in the map. */
export function placedId(layerId: string, styleLayerId: string): string {
  return `${layerId}${SEPARATOR}${styleLayerId}`;
}

function metadata(layer: LayerSpecification): Record<string, unknown> {
  return (layer.metadata ?? {}) as Record<string, unknown>;
}

/** The anchor a thematic style layer asks for, or the one its type implies. */
export function anchorOf(layer: LayerSpecification): Anchor {
  const asked = metadata(layer)[ANCHOR_KEY];
  if (asked === 'fills' || asked === 'lines' || asked === 'points') return asked;
  if (layer.type === 'fill') return 'fills';
  return layer.type === 'line' ? 'lines' : 'points';
}

/** The base map's anchor layers by name; a base map without one puts data on top. */
export function anchors(base: StyleSpecification): Partial<Record<Anchor, string>> {
  const found: Partial<Record<Anchor, string>> = {};
  for (const layer of base.layers) {
    const name = metadata(layer)[ANCHOR_KEY];
    if (layer.type === 'background' && (name === 'fills' || name === 'lines' || name === 'points')) {
      found[name] = layer.id;
    }
  }
  return found;
}

/** Rewrites the addresses of a source so that MapLibre's worker can fetch them. */
export function absoluteSource(source: SourceSpecification, origin: string): SourceSpecification {
  if (source.type !== 'vector') return source;
  const absolute = { ...source };
  if (absolute.url) absolute.url = absoluteUrl(absolute.url, origin);
  if (absolute.tiles) absolute.tiles = absolute.tiles.map((url) => absoluteUrl(url, origin));
  return absolute;
}

/** `URL` would percent-encode the braces of `{z}/{x}/{y}`: only the origin is added. */
function absoluteUrl(url: string, origin: string): string {
  return url.startsWith('/') ? origin + url : url;
}

/** The base map ready for MapLibre: absolute addresses, and our own fonts. */
export function absoluteStyle(
  base: StyleSpecification,
  origin: string,
  fonts: Record<string, string>,
): StyleSpecification {
  const sources = Object.fromEntries(
    Object.entries(base.sources).map(([id, source]) => [id, absoluteSource(source, origin)]),
  );
  const faces = Object.fromEntries(
    Object.entries(fonts).map(([name, url]) => [name, [{ url: absoluteUrl(url, origin) }]]),
  );
  return { ...base, sources, 'font-faces': faces };
}

/** A thematic style layer as it is added: its own id, its layer's source. */
export function placedLayer(layerId: string, layer: LayerSpecification): LayerSpecification {
  return { ...layer, id: placedId(layerId, layer.id) };
}

/** What must change for the map to show exactly `wanted`, in that order from bottom to top. */
export interface Difference {
  remove: string[];
  add: string[];
}

/**
 * Compares the layers shown with those wanted. Layers are kept while they are a
 * common beginning; from the first difference on they are laid again, because
 * order on the map is the order of adding.
 */
export function difference(shown: readonly string[], wanted: readonly string[]): Difference {
  const kept = shown.filter((id) => wanted.includes(id));
  let common = 0;
  while (common < kept.length && kept[common] === wanted[common]) common += 1;
  const keep = new Set(kept.slice(0, common));
  return {
    remove: shown.filter((id) => !keep.has(id)),
    add: wanted.filter((id) => !keep.has(id)),
  };
}

// Which objects of the shown layers lie at a point of the screen. Tiles answer
// this question and no other: an object found here is then asked of the server.
import type { Map as MapLibre, MapGeoJSONFeature, PointLike } from 'maplibre-gl';
import type { PropertyValue } from '../api/contract';
import { nameOf } from '../record';
import type { Hit } from '../state/selection.svelte';
import { placedId, type Wanted } from './style';

/** A finger or an unsteady mouse may miss a line by this many pixels. */
const TOLERANCE = 6;
const MOST_HITS = 30;

/** The objects at `point` (pixels), topmost first, each named once. */
export function identify(map: MapLibre, point: { x: number; y: number }, shown: readonly Wanted[]): Hit[] {
  const thin: string[] = [];
  const areas: string[] = [];
  for (const { layer, style } of shown) {
    for (const { id, type } of style.layers) (type === 'fill' ? areas : thin).push(placedId(layer.id, id));
  }
  const { x, y } = point;
  const box: [PointLike, PointLike] = [
    [x - TOLERANCE, y - TOLERANCE],
    [x + TOLERANCE, y + TOLERANCE],
  ];
  const near = query(map, box, thin).filter((feature) => !isArea(feature));
  return hits([...near, ...query(map, [x, y], areas)], shown);
}

function query(
  map: MapLibre,
  where: PointLike | [PointLike, PointLike],
  layers: string[],
): MapGeoJSONFeature[] {
  return layers.length > 0 ? map.queryRenderedFeatures(where, { layers }) : [];
}

/** The outline or the letter of an area is found near it; only its inside counts. */
function isArea(feature: MapGeoJSONFeature): boolean {
  return feature.geometry.type === 'Polygon' || feature.geometry.type === 'MultiPolygon';
}

/** A feature cut by tiles, or drawn by several style layers, is one object. */
function hits(features: MapGeoJSONFeature[], shown: readonly Wanted[]): Hit[] {
  const layers = new Map(shown.map(({ layer }) => [layer.id, layer]));
  const found = new Map<string, Hit>();
  for (const { source, id, properties } of features) {
    const layer = layers.get(source);
    if (!layer || id === undefined) continue;
    const key = `${source}/${id}`;
    if (found.has(key)) continue;
    const name = nameOf(layer.attributes, properties as Record<string, PropertyValue>, id);
    found.set(key, { layer, id, name });
  }
  return [...found.values()].slice(0, MOST_HITS);
}

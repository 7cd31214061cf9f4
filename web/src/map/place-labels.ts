// Lays the names computed by labels.ts on the map, each time it comes to rest.
import type { Feature, MultiPolygon, Polygon } from 'geojson';
import type { GeoJSONSource, Map as MapLibre } from 'maplibre-gl';
import type { Bounds } from '../api/contract';
import { labelPoints, type LabelLayer } from './labels';

/** Points already laid, as text: setting equal data again would never let the map rest. */
const placed = new Map<string, string>();

/** Places the names of every label layer that shows at this zoom. */
export function placeLabels(map: MapLibre, labels: LabelLayer[]): void {
  const box = map.getBounds();
  const window: Bounds = [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
  const zoom = map.getZoom();
  for (const { pointSource, source, sourceLayer, key, zooms } of labels) {
    if (zoom < zooms[0] || zoom >= zooms[1]) continue;
    const points = labelPoints(areas(map, source, sourceLayer), key, window);
    const text = JSON.stringify(points);
    if (placed.get(pointSource) === text) continue;
    placed.set(pointSource, text);
    map.getSource<GeoJSONSource>(pointSource)?.setData(points);
  }
}

/** For sources that leave the map: their successors start empty. */
export function forgetLabels(labels: LabelLayer[]): void {
  for (const { pointSource } of labels) placed.delete(pointSource);
}

type Area = Feature<Polygon | MultiPolygon>;

function areas(map: MapLibre, source: string, sourceLayer: string): Area[] {
  const features: Feature[] = map.querySourceFeatures(source, { sourceLayer });
  return features.filter((feature): feature is Area => feature.geometry.type.endsWith('Polygon'));
}

// One name per area. A polygon crosses several tiles and MapLibre would write
// its name in each; a style marks such a symbol layer with
// "traboule:label-once", and the name is then placed once, inside the part of
// the area that is on screen. The mark says what "once" means: "id" for each
// object, or an attribute, for objects cut in pieces at the source (a river).
import type { Feature, FeatureCollection, MultiPolygon, Point, Polygon, Position } from 'geojson';
import type { LayerSpecification, StyleSpecification } from 'maplibre-gl';
import type { Bounds } from '../api/contract';

/** A symbol layer fed by points computed from the polygons of a vector source. */
export interface LabelLayer {
  /** The GeoJSON source that replaces the tiles for this layer. */
  pointSource: string;
  source: string;
  sourceLayer: string;
  /** "id", or the attribute that pieces of one thing share. */
  key: string;
  /** The zooms at which the names are shown at all. */
  zooms: [min: number, max: number];
}

const MARK = 'traboule:label-once';

function labelKey(layer: LayerSpecification): string | null {
  const key = (layer.metadata as Record<string, unknown> | undefined)?.[MARK];
  return typeof key === 'string' ? key : null;
}

/** Gives each marked layer a point source of its own; the style is not modified in place. */
export function withLabelPoints(style: StyleSpecification): {
  style: StyleSpecification;
  labels: LabelLayer[];
} {
  const labels: LabelLayer[] = [];
  const sources = { ...style.sources };
  const layers = style.layers.map((layer) => {
    const key = labelKey(layer);
    if (key === null || layer.type !== 'symbol') return layer;
    const pointSource = `${layer.source}:${layer.id}`;
    const zooms: LabelLayer['zooms'] = [layer.minzoom ?? 0, layer.maxzoom ?? 24];
    labels.push({ pointSource, source: layer.source, sourceLayer: layer['source-layer'] ?? '', key, zooms });
    sources[pointSource] = { type: 'geojson', data: { type: 'FeatureCollection', features: [] } };
    const { 'source-layer': _, ...rest } = layer;
    return { ...rest, source: pointSource };
  });
  return { style: { ...style, sources, layers }, labels };
}

type Area = Pick<Feature<Polygon | MultiPolygon>, 'id' | 'properties' | 'geometry'>;

interface Piece {
  ring: Position[];
  area: number;
}

/** One point per distinct `key`, inside the largest piece that `window` shows. */
export function labelPoints(areas: Area[], key: string, window: Bounds): FeatureCollection<Point> {
  const best = new Map<unknown, { piece: Piece; properties: Area['properties'] }>();
  for (const area of areas) {
    const name = key === 'id' ? area.id : area.properties?.[key];
    if (name === undefined || name === null) continue;
    for (const ring of exteriors(area.geometry)) {
      const clipped = clipToBox(ring, window);
      const piece = { ring: clipped, area: Math.abs(signedArea(clipped)) };
      if (piece.area > (best.get(name)?.piece.area ?? 0)) {
        best.set(name, { piece, properties: area.properties });
      }
    }
  }
  const features = [...best.values()].map(({ piece, properties }) => ({
    type: 'Feature' as const,
    properties: { ...properties, surface: piece.area },
    geometry: { type: 'Point' as const, coordinates: insidePoint(piece.ring) },
  }));
  return { type: 'FeatureCollection', features };
}

function exteriors(geometry: Polygon | MultiPolygon): Position[][] {
  const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
  return polygons.flatMap(([exterior]) => (exterior ? [exterior] : []));
}

const x = (point: Position | undefined): number => point?.[0] ?? 0;
const y = (point: Position | undefined): number => point?.[1] ?? 0;

function signedArea(ring: Position[]): number {
  let twice = 0;
  ring.forEach((point, i) => {
    const next = ring[(i + 1) % ring.length];
    twice += x(point) * y(next) - x(next) * y(point);
  });
  return twice / 2;
}

/** Sutherland–Hodgman, one side of the box after the other. */
export function clipToBox(ring: Position[], [west, south, east, north]: Bounds): Position[] {
  const sides: [axis: 0 | 1, limit: number, keepsAbove: boolean][] = [
    [0, west, true],
    [0, east, false],
    [1, south, true],
    [1, north, false],
  ];
  return sides.reduce((points, [axis, limit, above]) => clipToSide(points, axis, limit, above), ring);
}

function clipToSide(ring: Position[], axis: 0 | 1, limit: number, above: boolean): Position[] {
  const value = (point: Position): number => point[axis] ?? 0;
  const inside = (point: Position): boolean => (above ? value(point) >= limit : value(point) <= limit);
  const kept: Position[] = [];
  ring.forEach((point, i) => {
    const previous = ring[(i + ring.length - 1) % ring.length] ?? point;
    if (inside(point) !== inside(previous)) {
      const part = (limit - value(previous)) / (value(point) - value(previous));
      kept.push([
        x(previous) + part * (x(point) - x(previous)),
        y(previous) + part * (y(point) - y(previous)),
      ]);
    }
    if (inside(point)) kept.push(point);
  });
  return kept;
}

/** The middle of the widest stretch inside the ring, at the height of its centroid. */
export function insidePoint(ring: Position[]): [number, number] {
  const height = centroidHeight(ring);
  const crossings: number[] = [];
  ring.forEach((point, i) => {
    const next = ring[(i + 1) % ring.length];
    if (y(point) > height === y(next) > height) return;
    crossings.push(x(point) + ((height - y(point)) / (y(next) - y(point))) * (x(next) - x(point)));
  });
  crossings.sort((a, b) => a - b);
  let widest: [number, number] = [x(ring[0]), x(ring[0])];
  for (let i = 0; i + 1 < crossings.length; i += 2) {
    const stretch: [number, number] = [crossings[i] ?? 0, crossings[i + 1] ?? 0];
    if (stretch[1] - stretch[0] > widest[1] - widest[0]) widest = stretch;
  }
  return [(widest[0] + widest[1]) / 2, height];
}

function centroidHeight(ring: Position[]): number {
  const origin = y(ring[0]);
  let [twice, moment] = [0, 0];
  ring.forEach((point, i) => {
    const next = ring[(i + 1) % ring.length];
    const cross = x(point) * (y(next) - origin) - x(next) * (y(point) - origin);
    twice += cross;
    moment += cross * (y(point) + y(next) - 2 * origin);
  });
  return twice === 0 ? origin : origin + moment / (3 * twice);
}

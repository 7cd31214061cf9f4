// What the page itself draws over the map: the selected object and the place
// searched for. Both are drawn from exact geometries, not from tiles.
import type { Feature, Geometry } from 'geojson';
import type { GeoJSONSource, LayerSpecification, Map as MapLibre } from 'maplibre-gl';
import type { Place } from '../search/photon';

const SELECTION = 'selection';
const PLACE = 'place';

// The selection must stand out of any thematic colour: dark line, white casing.
const INK = '#111111';
const PAPER = '#ffffff';
const PLACE_COLOUR = '#1d4d63';

const LAYERS: LayerSpecification[] = [
  {
    id: 'selection-fill',
    type: 'fill',
    source: SELECTION,
    filter: ['==', ['geometry-type'], 'Polygon'],
    paint: { 'fill-color': PAPER, 'fill-opacity': 0.35 },
  },
  {
    id: 'selection-casing',
    type: 'line',
    source: SELECTION,
    filter: ['!=', ['geometry-type'], 'Point'],
    layout: { 'line-join': 'round', 'line-cap': 'round' },
    paint: { 'line-color': PAPER, 'line-width': 8 },
  },
  {
    id: 'selection-line',
    type: 'line',
    source: SELECTION,
    filter: ['!=', ['geometry-type'], 'Point'],
    layout: { 'line-join': 'round', 'line-cap': 'round' },
    paint: { 'line-color': INK, 'line-width': 3.5 },
  },
  {
    id: 'selection-point',
    type: 'circle',
    source: SELECTION,
    filter: ['==', ['geometry-type'], 'Point'],
    paint: {
      'circle-radius': 11,
      'circle-color': 'rgba(255, 255, 255, 0.25)',
      'circle-stroke-color': INK,
      'circle-stroke-width': 3.5,
    },
  },
  {
    id: 'place-halo',
    type: 'circle',
    source: PLACE,
    paint: {
      'circle-radius': 15,
      'circle-color': PLACE_COLOUR,
      'circle-opacity': 0.18,
      'circle-stroke-color': PLACE_COLOUR,
      'circle-stroke-width': 1.5,
    },
  },
  {
    id: 'place-point',
    type: 'circle',
    source: PLACE,
    paint: {
      'circle-radius': 6,
      'circle-color': PLACE_COLOUR,
      'circle-stroke-color': PAPER,
      'circle-stroke-width': 2.5,
    },
  },
  {
    id: 'place-name',
    type: 'symbol',
    source: PLACE,
    layout: {
      'text-field': ['get', 'label'],
      'text-font': ['Noto Sans SemiBold'],
      'text-size': 14,
      'text-offset': [0, -1.5],
      'text-anchor': 'bottom',
      'text-allow-overlap': true,
    },
    paint: { 'text-color': '#143a4c', 'text-halo-color': PAPER, 'text-halo-width': 2.2 },
  },
];

/** Lays the two sources and their layers on top of a loaded map. */
export function addOverlay(map: MapLibre): void {
  for (const id of [SELECTION, PLACE]) {
    map.addSource(id, { type: 'geojson', data: { type: 'FeatureCollection', features: [] } });
  }
  for (const layer of LAYERS) map.addLayer(layer);
}

export function drawSelection(map: MapLibre, geometry: Geometry | null): void {
  setFeature(map, SELECTION, geometry && { type: 'Feature', properties: {}, geometry });
}

export function drawPlace(map: MapLibre, place: Place | null): void {
  setFeature(
    map,
    PLACE,
    place && {
      type: 'Feature',
      properties: { label: place.label },
      geometry: { type: 'Point', coordinates: [place.lon, place.lat] },
    },
  );
}

function setFeature(map: MapLibre, source: string, feature: Feature | null): void {
  map.getSource<GeoJSONSource>(source)?.setData({
    type: 'FeatureCollection',
    features: feature ? [feature] : [],
  });
}

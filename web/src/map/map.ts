// The only owner of MapLibre. The rest of the page holds state; `sync` makes the
// map show it, and the listeners here write back where the map is. The map is
// never reactive by itself: nothing else may call MapLibre.
import { Map as MapLibre, type LngLatBoundsLike, type StyleSpecification, setWorkerUrl } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import type { Geometry } from 'geojson';
import type { Bounds } from '../api/contract';
import { troubleOf } from '../api/http';
import type { Place } from '../search/photon';
import { report } from '../state/notices.svelte';
import type { Hit } from '../state/selection.svelte';
import { view, type Point } from '../state/view.svelte';
import { t } from '../text';
import { askAgain, remember, type MapFailure } from './failures';
import { FONTS } from './fonts';
import { identify } from './identify';
import { withLabelPoints, type LabelLayer } from './labels';
import { addOverlay, drawPlace, drawSelection } from './overlay';
import { PATTERN_RATIO, patternImage } from './patterns';
import { forgetLabels, placeLabels } from './place-labels';
import {
  absoluteSource,
  absoluteStyle,
  anchorOf,
  anchors,
  difference,
  placedId,
  placedLayer,
  type Anchor,
  type Wanted,
} from './style';

/** The container of the map carries it as `map`: browser tests count what is drawn. */
export interface MapContainer extends HTMLElement {
  map?: MapLibre;
}

/** A layer as it stands in the map: its names, where it has any, are laid apart. */
interface Shown extends Wanted {
  labels: LabelLayer[];
}

/** The base map layer whose area names the commune under the centre. */
const COMMUNE_AREAS = 'communes-surface';
const OVERLAY_BOTTOM = 'selection-fill';

let map: MapLibre | null = null;
let ready = false;
let shown = new Map<string, Shown>();
let wanted: readonly Wanted[] = [];
let baseLabels: LabelLayer[] = [];
let onTop: Partial<Record<Anchor, string>> = {};

setWorkerUrl(new URL(workerUrl, location.href).href);

/** Opens the map on `bounds`. Sets `view.failure` when this browser cannot draw one. */
export function openMap(container: MapContainer, base: StyleSpecification, bounds: Bounds | null): void {
  const { style, labels } = withLabelPoints(absoluteStyle(base, location.origin, FONTS));
  try {
    map = new MapLibre({
      container,
      style,
      ...(bounds ? { bounds: corners(bounds), fitBoundsOptions: { padding: 24 } } : {}),
      minZoom: 8,
      maxZoom: 20,
      // Agents read plans north up: no rotation, no tilt, by hand or by key.
      dragRotate: false,
      touchPitch: false,
      maxPitch: 0,
      attributionControl: false,
      locale: { 'Map.Title': t.map.label },
    });
  } catch {
    view.failure = 'webgl';
    return;
  }
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  container.map = map;
  onTop = anchors(style);
  baseLabels = labels;
  listen(map);
}

export function closeMap(): void {
  for (const { labels } of shown.values()) forgetLabels(labels);
  shown = new Map();
  map?.remove();
  map = null;
  ready = false;
  forgetLabels(baseLabels);
}

function listen(opened: MapLibre): void {
  opened.on('style.load', () => {
    addOverlay(opened);
    ready = true;
    sync(wanted);
  });
  opened.on('move', () => followView(opened));
  opened.on('sourcedataloading', ({ source }) => {
    // Our own points and outlines come from memory: only tiles keep the agent waiting.
    if (source.type === 'vector') view.busy = true;
  });
  opened.on('idle', () => {
    view.busy = false;
    nameCommune(opened);
    nameAreas(opened);
  });
  opened.on('sourcedata', ({ source }) => {
    // Early enough for the names to be there when the map first comes to rest.
    if (source.type === 'vector' && opened.areTilesLoaded()) nameAreas(opened);
  });
  opened.on('mousemove', ({ point, lngLat }) => {
    view.pointer = { lon: lngLat.lng, lat: lngLat.lat };
    // While the map moves there is nothing to aim at, and each question costs a frame.
    if (!opened.isMoving()) opened.getCanvas().style.cursor = hitsAt(point).length > 0 ? 'pointer' : '';
  });
  opened.on('mouseout', () => (view.pointer = null));
  opened.setMissingStyleImageResolver((id) => {
    const image = patternImage(id);
    if (image && !opened.hasImage(id)) opened.addImage(id, image, { pixelRatio: PATTERN_RATIO });
  });
  opened.on('error', reportMapError);
  followView(opened);
}

/** A missing tile is no trouble; any other failure has its banner, and can be asked for again. */
function reportMapError(failure: MapFailure): void {
  const { name, status, message } = failure.error;
  if (name === 'AbortError' || status === 404) return;
  remember(failure);
  if (typeof status === 'number') report(troubleOf(status));
  else console.warn(message);
}

function followView(opened: MapLibre): void {
  const { lng, lat } = opened.getCenter();
  view.centre = { lon: lng, lat };
  view.zoom = opened.getZoom();
}

function nameAreas(opened: MapLibre): void {
  placeLabels(opened, [...baseLabels, ...[...shown.values()].flatMap(({ labels }) => labels)]);
}

function nameCommune(opened: MapLibre): void {
  if (!opened.getLayer(COMMUNE_AREAS)) return;
  const centre = opened.project(opened.getCenter());
  const [commune] = opened.queryRenderedFeatures(centre, { layers: [COMMUNE_AREAS] });
  view.commune = (commune?.properties.nom as string | undefined) ?? null;
}

/** Makes the map show exactly these layers, the last one on top. */
export function sync(layers: readonly Wanted[]): void {
  wanted = layers;
  if (!map || !ready) return;
  const byId = new Map(layers.map((one) => [one.layer.id, one]));
  const { remove, add } = difference([...shown.keys()], [...byId.keys()]);
  for (const id of remove) removeLayer(map, id);
  for (const id of add) {
    const one = byId.get(id);
    if (one) addLayer(map, one);
  }
}

function addLayer(opened: MapLibre, one: Wanted): void {
  const { id } = one.layer;
  const { style, labels } = withLabelPoints(one.style);
  for (const [name, source] of Object.entries(style.sources)) {
    opened.addSource(name, absoluteSource(source, location.origin));
  }
  for (const layer of style.layers) {
    opened.addLayer(placedLayer(id, layer), onTop[anchorOf(layer)] ?? OVERLAY_BOTTOM);
  }
  shown.set(id, { ...one, style, labels });
}

function removeLayer(opened: MapLibre, id: string): void {
  const one = shown.get(id);
  if (!one) return;
  for (const layer of one.style.layers) opened.removeLayer(placedId(id, layer.id));
  for (const name of Object.keys(one.style.sources)) opened.removeSource(name);
  forgetLabels(one.labels);
  shown.delete(id);
}

function hitsAt(point: { x: number; y: number }): Hit[] {
  if (!map || shown.size === 0) return [];
  return identify(map, point, [...shown.values()]);
}

/** Calls back with what lies under a click, and where. */
export function onClick(then: (hits: Hit[], at: Point, canvas: HTMLElement) => void): void {
  map?.on('click', ({ point, lngLat, target }) => {
    then(hitsAt(point), { lon: lngLat.lng, lat: lngLat.lat }, target.getCanvas());
  });
}

/** What lies under the crosshair, for those who do not point. */
export function hitsAtCentre(): { hits: Hit[]; at: Point; canvas: HTMLElement } | null {
  if (!map) return null;
  const { lng, lat } = map.getCenter();
  return { hits: hitsAt(map.project([lng, lat])), at: { lon: lng, lat }, canvas: map.getCanvas() };
}

/** Shows a box whole; MapLibre jumps instead of flying when motion is unwelcome. */
export function goToBounds(bounds: Bounds): void {
  map?.fitBounds(corners(bounds), { padding: 48, maxZoom: 18, maxDuration: 1500 });
}

/** Moves to a place found by the search, and marks it; `null` removes the mark. */
export function goToPlace(place: Place | null): void {
  if (!map || !ready) return;
  drawPlace(map, place);
  if (!place) return;
  if (place.bounds) map.fitBounds(corners(place.bounds), { padding: 64, maxZoom: 17, maxDuration: 1500 });
  else map.flyTo({ center: [place.lon, place.lat], zoom: 17.5, maxDuration: 1500 });
}

export function zoomBy(steps: number): void {
  if (map) map.easeTo({ zoom: map.getZoom() + steps, duration: 200 });
}

/** The smallest move that makes a layer visible. */
export function zoomTo(zoom: number): void {
  map?.easeTo({ zoom });
}

export function showSelection(geometry: Geometry | null): void {
  if (map && ready) drawSelection(map, geometry);
}

/** Asks again for the tiles that did not come. */
export function reloadTiles(): void {
  if (map && ready) askAgain(map);
}

export function focusMap(): void {
  map?.getCanvas().focus({ preventScroll: true });
}

function corners([west, south, east, north]: Bounds): LngLatBoundsLike {
  return [
    [west, south],
    [east, north],
  ];
}
